"""The variance ledger as text."""

import math
from collections.abc import Sequence

import pandas as pd

from shoal.claims.ledger import Ledger, Source
from shoal.report.tables.verdicts import Part

HEADING = "Sources of variance"


def ledger_parts(found: Sequence[Ledger]) -> list[Part]:
    """A table per scale, with a sentence on the source that is most worth repeating."""
    several = len(found) > 1
    return [
        Part(f"{HEADING}, x{each.scale}" if several else HEADING, _words(each), _rows(each))
        for each in found
    ]


def _rows(ledger: Ledger) -> pd.DataFrame:
    whole = sum(max(each.variance, 0.0) for each in ledger.sources)
    return pd.DataFrame(
        {
            "source": [each.name for each in ledger.sources],
            "tried": [str(each.levels) for each in ledger.sources],
            "sd of one run's score (dB) [95 % interval]": [_sd(each) for each in ledger.sources],
            "share of its variance": [f"{_share(each, whole):.0%}" for each in ledger.sources],
        }
    )


def _words(ledger: Ledger) -> str:
    weights, orders, _, pictures = ledger.sources
    whole = (weights.levels, orders.levels)
    left = "" if whole == ledger.planned else f", {whole[0]} with {whole[1]} of them whole"
    what = "gain over bicubic" if ledger.minus_bicubic else "test PSNR"
    return (
        f"{ledger.planned[0]} first weights crossed with {ledger.planned[1]} orders of patches"
        f"{left}: variance components of one run's {what}, a layout of random factors. Equal seeds"
        " give equal bits, so that what both do together is a part of its own, not an error."
        f" Pictures: how far the mean over these {pictures.levels} stands from that over all like"
        " them; two networks that are scored on the same pictures share most of it."
        f" {worth_repeating(ledger)}"
    )


def scatter(found: Sequence[Ledger]) -> str:
    """One line: the standard deviation of a run's score that each source causes."""
    said = []
    for each in found:
        parts = [f"{_deviation(part.variance):.3f} dB ({part.name})" for part in each.sources]
        scale = f" at x{each.scale}" if len(found) > 1 else ""
        said.append(f"a run's score{scale} scatters by {', '.join(parts)}")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def worth_repeating(ledger: Ledger) -> str:
    """One sentence: which source a study should repeat more often, and how certain that is."""
    ranked = sorted(ledger.sources, key=lambda each: -each.variance)
    first, whole = ranked[0], sum(max(each.variance, 0.0) for each in ranked)
    if whole == 0:
        return "No source causes any variance."
    rivals = [each.name for each in ranked[1:] if each.high > first.low]
    but = f", though the intervals do not tell it from {' and '.join(rivals)}" if rivals else ""
    seeds = "a new `seed` draws first weights, order and both together at the price of one run"
    advice = "more test pictures" if first.name == "pictures" else f"more seeds: {seeds}"
    largest = f"Largest source of variance: {first.name} ({_share(first, whole):.0%}{but})"
    return f"{largest}; reduce it by {advice}."


def _share(source: Source, whole: float) -> float:
    return max(source.variance, 0.0) / whole if whole else 0.0


def _sd(source: Source) -> str:
    values = (source.variance, source.low, source.high)
    sd, low, high = (f"{_deviation(value):.3f}" for value in values)
    return f"{sd} [{low}, {high}]"


def _deviation(variance: float) -> float:
    return math.sqrt(max(variance, 0.0))
