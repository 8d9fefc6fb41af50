"""Verdicts and differences as text."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from shoal.claims import Comparison, Difference, Verdict
from shoal.report.tables.numbers import ABSENT, probability

AGAINST = (
    "Test PSNR of each arm minus the baseline's, picture by picture of a set. Seeds and pictures"
    " are crossed random factors; p is adjusted by Holm over this table. Equal: the interval lies"
    " within the region that is named. Seeds in which either arm collapsed are left out."
)
EFFECTS = (
    "What a value changes beside the factor's first one, and what two values change together"
    " beyond the sum of what each does alone: test PSNR over the pictures of all sets, averaged"
    " over the settings of the other factors, over the seeds in which none of them collapsed. Seeds"
    " and pictures are crossed random factors; p is adjusted by Holm over this table. Undecided"
    " isn't nil: the interval says how large an effect may be."
)


class Part(NamedTuple):
    """A part of a report: a heading, an explanation, and a table."""

    heading: str
    words: str
    rows: pd.DataFrame


def verdict_rows(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """One row per claim, as text."""
    return pd.DataFrame(
        {
            "claim": [claimed(v) for v in verdicts],
            "verdict": [worded(v) for v in verdicts],
            "effect [95 % interval]": [effect(v.decisive) for v in verdicts],
            "p": [probability(v.p) for v in verdicts],
            "p (Holm)": [probability(v.holm) for v in verdicts],
            "n": [_n(v.decisive, v.word) for v in verdicts],
            "decided by": [v.decisive.text if v.decisive else ABSENT for v in verdicts],
        }
    )


def claimed(verdict: Verdict) -> str:
    """A claim's sentence, followed by its id in brackets."""
    return f"{verdict.says} ({verdict.id})"


def difference_rows(differences: Sequence[Difference], over: str) -> pd.DataFrame:
    """One row per difference, as text.

    Args:
        differences: to a baseline, or effects of factors.
        over: the heading of the first column.
    """
    columns: dict[str, list[str]] = {
        over: [d.name for d in differences],
        "on": [d.where for d in differences],
        "difference [95 % interval]": [effect(d.comparison) for d in differences],
        "p (Holm)": [probability(d.holm) for d in differences],
        "verdict": [worded(d) for d in differences],
        "settings": [str(d.over) for d in differences],
        "n": [_n(d.comparison, d.word) for d in differences],
    }
    empty = {"on": not any(columns["on"]), "settings": not any(d.over for d in differences)}
    return pd.DataFrame({name: cells for name, cells in columns.items() if not empty.get(name)})


def worded(verdict: Verdict | Difference) -> str:
    """The verdict's word; in brackets the region of equivalence, and `why` it is no stronger."""
    compared = verdict.comparison if isinstance(verdict, Difference) else verdict.decisive
    said = [verdict.why] if verdict.why else []
    if compared is not None and verdict.word.endswith("equal"):
        said.insert(0, region(compared))
    return f"{verdict.word} ({', '.join(said)})" if said else verdict.word


def region(compared: Comparison) -> str:
    """The region of practical equivalence as text."""
    if compared.unit == "x":
        return f"within ×{compared.within:g}"
    return f"within ±{compared.within:g} {compared.unit}".rstrip()


def effect(comparison: Comparison | None) -> str:
    """An effect in its unit, with its interval; a ratio is followed by ×."""
    if comparison is None or math.isnan(comparison.effect):
        return ABSENT
    c, ratio = comparison, comparison.unit == "x"
    values = [f"{v:.3g}" if ratio else f"{v:+.3f}" for v in (c.effect, c.low, c.high)]
    unit = "×" if ratio else f" {c.unit}".rstrip()
    interval = "no interval" if math.isnan(c.low) else f"[{values[1]}, {values[2]}]"
    return f"{values[0]}{unit} {interval}"


def _n(comparison: Comparison | None, word: str) -> str:
    """The numbers of seeds and pictures, and of the seeds at an earlier look that decided."""
    if comparison is None or not comparison.seeds:
        return ABSENT
    c, found = comparison, word != "undecided" and not word.endswith("equal")
    seeds = f"{c.seeds} seed" + "s" * (c.seeds > 1)
    pictures = f" × {c.images} pictures" * (c.images > 1) + " × 1 picture" * c.one_picture
    return seeds + pictures + f", found at {c.found_at}" * (found and c.found_at > 0)
