"""What deciding an open question would take: more seeds, and how much time, or more pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal.claims.comparison import LEVEL, Comparison
from shoal.claims.power import LIMIT, Bar, bars, decides
from shoal.claims.shares import Shares
from shoal.results import Study
from shoal.runs.duration import span

ENDLESS = 10**6  # seeds: so many that only the variance between pictures is left


@dataclass(frozen=True)
class Need:
    """What it would take to decide.

    Attributes:
        seeds: the total number of seeds of each arm; None if no allowed number is enough.
        seconds: how long the missing runs take one after the other; None if unknown.
        why: the reason if `seeds` is None.
    """

    seeds: int | None
    seconds: float | None = None
    why: str = ""

    def __str__(self) -> str:
        if self.seeds is None:
            return self.why
        time = "" if self.seconds is None else f", {span(self.seconds)}"
        return f"about {self.seeds} seeds{time}"


def need(
    study: Study, open_parts: Sequence[Comparison], shares: Shares, arms: Sequence[str]
) -> Need:
    """What a claim or a difference would take, assuming that the truth is what was measured.

    Args:
        study: the rows.
        open_parts: its comparisons.
        shares: of the level, as Holm leaves them for it.
        arms: the arms that would get more seeds.
    """
    parts = [each for each in open_parts if not is_answered(each, shares)]
    if not parts:
        return Need(None, why="decided alone, but not after Holm's adjustment")
    if any(each.seeds < 2 or np.isnan(each.p) for each in parts):
        return Need(None, why="one seed gives no variance between seeds")
    seeds = 0
    for part in parts:
        found = next((bar for bar in _coming(part, shares) if decides(bar, part)), None)
        if found is None:
            return Need(None, why=_short_of(part, shares))
        seeds = max(seeds, found.seeds)
    more = max(seeds - min(each.seeds for each in parts), 0)
    return Need(seeds, seconds(study, arms, more))


def is_answered(part: Comparison, shares: Shares) -> bool:
    """Whether a comparison needs no more seeds: it holds as claimed, or its arms are equal."""
    holds = part.p if part.sign > 0 else 1.0
    return holds < LEVEL * shares.difference or part.equal < LEVEL * shares.equal


def is_hopeless(part: Comparison, shares: Shares) -> bool:
    """Whether the variance between pictures alone is too large for any number of seeds.

    More seeds may still move the effect by up to twice its standard error, so this must hold for
    every effect in that range.
    """
    reach = 2 * part.spread[0] / np.sqrt(max(part.seeds, 1))
    bar = Bar(ENDLESS, *shares.tails, looks=True)
    shifts = np.linspace(-reach, reach, 9)
    return not any(decides(bar, part, float(shift), cautious=False) for shift in shifts)


def _coming(part: Comparison, shares: Shares) -> list[Bar]:
    if part.most:
        return list(bars(shares, part.looked, part.most))
    return [bar for bar in bars(shares) if bar.seeds > part.seeds]


def _short_of(part: Comparison, shares: Shares) -> str:
    if not decides(Bar(ENDLESS, *shares.tails), part):
        return (
            f"more pictures are needed, not more seeds: there are {part.images}"
            if part.images > 1
            else ("too near to tell by any number of seeds")
        )
    most = part.most[-1] if part.most else LIMIT
    return f"more than {most} seeds"


def seconds(study: Study, arms: Sequence[str], more: int) -> float | None:
    """The time that `more` seeds of some arms take in sequence, from the mean of their runs."""
    runs = study.finished[study.finished["arm"].isin(arms) & study.finished["seed"].notna()]
    took = runs[["seconds"]].astype(float)["seconds"]
    for part in ("start_seconds", "scoring_seconds"):
        if part in runs:
            took = took + runs[part].astype(float).fillna(0)
    each = took.groupby([runs["arm"], runs["scale"]]).mean()
    return float(each.sum() * more) if len(each) and each.notna().all() else None
