"""What an open question would take: seeds, time, or pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal.claims.comparison import LEVEL, Comparison
from shoal.claims.power import Bar, bars, decides
from shoal.results import Study
from shoal.runs.duration import span

ENDLESS = 10**6  # seeds that leave pictures alone uncertain


@dataclass(frozen=True)
class Need:
    """What it would take to decide.

    Attributes:
        seeds: of each arm, in all; None where none that is allowed will do.
        seconds: that the missing runs take, one after the other; None where it isn't known.
        why: there is no number of seeds.
    """

    seeds: int | None
    seconds: float | None = None
    why: str = ""

    def __str__(self) -> str:
        if self.seeds is None:
            return self.why
        time = "" if self.seconds is None else f", {span(self.seconds)}"
        return f"about {self.seeds} seeds{time}"


def need(study: Study, open_parts: Sequence[Comparison], share: float, arms: Sequence[str]) -> Need:
    """What a claim or difference would take, by what has been measured of it.

    Args:
        study: the rows.
        open_parts: the comparisons that it is made of.
        share: of the level, by Holm.
        arms: whose seeds count.
    """
    parts = [each for each in open_parts if not is_answered(each, share)]
    if not parts or any(each.seeds < 2 or np.isnan(each.p) for each in parts):
        return Need(None, why="one seed doesn't tell how far seeds scatter")
    seeds = 0
    for part in parts:
        found = next((bar for bar in _coming(part, share) if decides(bar, part)), None)
        if found is None:
            return Need(None, why=_short_of(part, share))
        seeds = max(seeds, found.seeds)
    more = max(seeds - min(each.seeds for each in parts), 0)
    return Need(seeds, seconds(study, arms, more))


def is_answered(part: Comparison, share: float) -> bool:
    """Whether a comparison by itself stands in no claim's way: it holds, or its arms are alike."""
    holds = part.p if part.sign > 0 else 1.0
    return bool(np.fmin(holds, part.equal) < LEVEL * share)


def is_hopeless(part: Comparison, share: float) -> bool:
    """Whether pictures alone leave so much uncertain that no number of seeds decides.

    Seeds may yet move the effect by twice its standard error: it is asked wherever it may land.
    """
    reach = 2 * part.spread[0] / np.sqrt(max(part.seeds, 1))
    bar = Bar(ENDLESS, LEVEL / 2 * share, looks=True)
    shifts = np.linspace(-reach, reach, 9)
    return not any(decides(bar, part, float(shift), cautious=False) for shift in shifts)


def _coming(part: Comparison, share: float) -> list[Bar]:
    if part.most:
        return list(bars(share, part.looked, part.most))
    return [bar for bar in bars(share) if bar.seeds > part.seeds]


def _short_of(part: Comparison, share: float) -> str:
    if not decides(Bar(ENDLESS, LEVEL / 2 * share), part):
        return (
            f"pictures are short, not seeds: there are {part.images}"
            if part.images > 1
            else ("too near to tell by any number of seeds")
        )
    most = part.most[-1] if part.most else 200
    return f"more than {most} seeds"


def seconds(study: Study, arms: Sequence[str], more: int) -> float | None:
    """What so many more seeds of some arms take, one after the other, by what theirs took."""
    runs = study.finished[study.finished["arm"].isin(arms) & study.finished["seed"].notna()]
    took = runs[["seconds"]].astype(float)["seconds"]
    for part in ("start_seconds", "scoring_seconds"):
        if part in runs:
            took = took + runs[part].astype(float).fillna(0)
    each = took.groupby([runs["arm"], runs["scale"]]).mean()
    return float(each.sum() * more) if len(each) and each.notna().all() else None
