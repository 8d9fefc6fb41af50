"""Which differences a grid will detect, judged by an earlier study or by its own first seeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from shoal.claims import Comparison, against_baseline, judge, read_claims
from shoal.claims.needed import Need
from shoal.claims.power import Bar, bars, sees
from shoal.claims.shares import Shares
from shoal.errors import UserError
from shoal.grid.plan import Plan
from shoal.grid.plan_file import content
from shoal.results import Study, grids, read, read_kept
from shoal.results.issued import study_of
from shoal.runs.findings import STUDY
from shoal.seeding.settings import Settings


@dataclass(frozen=True)
class Sight:
    """What a number of seeds can detect for one claim or difference.

    Attributes:
        name: its id or name.
        word: its answer by the rows that exist.
        sees: the smallest difference that is detected four times out of five, with its unit.
        need: what it takes to decide it, if it is undecided.
    """

    name: str
    word: str
    sees: str
    need: Need | None


@dataclass(frozen=True)
class Outlook:
    """What a grid will be able to detect, and which study that is derived from.

    Attributes:
        seeds: the planned number of seeds of each arm.
        source: the study whose rows were used.
        sights: one for each claim, then for each difference to the baseline.
    """

    seeds: int
    source: str
    sights: tuple[Sight, ...]

    @property
    def line(self) -> str:
        """A summary: the first three questions, and what open ones need."""
        seen = ", ".join(f"{each.sees} ({each.name})" for each in self.sights[:3])
        open_ones = [f"{each.name} ({each.need})" for each in self.sights if each.need]
        left = [f"open: {', '.join(open_ones[:3])}"] if open_ones else []
        return "; ".join([f"{self.seeds} seeds see {seen}", *left])

    @property
    def lines(self) -> list[str]:
        """A heading, and a line for each question."""
        found = [f"by the rows of {self.source}, {self.seeds} seeds see:"]
        for each in self.sights:
            said = f"undecided ({each.need})" if each.need else each.word
            found.append(f"  {each.name}: {each.sees}; so far {said}")
        return found


def outlook(plan: Plan, settings: Settings | None) -> Outlook | None:
    """Foretell what a grid will be able to detect; None if no study has enough rows for that.

    Args:
        plan: the grid's plan.
        settings: the group `seeds` of the config, if the grid adds seeds.
    """
    config = plan.runs[-1][1].config
    seeds = len({run.config.seed for _, run in plan.runs}) if settings is None else settings.first
    share = 1 / max(len(plan.experiment.claims), 1)
    bar = _bar(seeds, Shares(share, share), settings)
    for study, name in _studies(plan, config.paths.experiments):
        once = replace(study, looks=None, claims=plan.experiment.claims)
        if sights := tuple(_sights(once, bar)):
            return Outlook(seeds, name, sights)
    return None


def _bar(seeds: int, shares: Shares, settings: Settings | None) -> Bar:
    """Return how small p has to be at the planned number of seeds."""
    most = () if settings is None else (settings.most,)
    known = [bar for bar in bars(shares, (), most) if bar.seeds <= max(seeds, 3)]
    return replace(known[-1], seeds=max(seeds, 2))


def _studies(plan: Plan, findings: Path) -> Iterator[tuple[Study, str]]:
    """Yield the plan's own study, those of earlier grids of the question, then kept findings."""
    name = plan.experiment.name
    yield study_of(content(plan, ""), plan.path), f"{name}, as far as it is here"
    for path in reversed(grids(plan.path.parents[1], name)):
        try:
            yield read(path), path.stem
        except UserError:
            continue
    for path in sorted((findings / name).glob(f"*/{STUDY}")):
        yield read_kept(path.parent), str(path.parent)


def _sights(study: Study, bar: Bar) -> Iterator[Sight]:
    if study.finished.empty:
        return
    for verdict in judge(study, read_claims(study.claims)):
        if verdict.decisive and _tells(verdict.decisive):
            seen = _seen(verdict.decisive, bar)
            yield Sight(verdict.id, verdict.word, seen, verdict.need)
    for each in against_baseline(study):
        if _tells(each.comparison):
            name = f"{each.name} on {each.where}"
            yield Sight(name, each.word, _seen(each.comparison, bar), each.need)


def _tells(part: Comparison) -> bool:
    """Whether a comparison knows how results scatter over seeds."""
    return part.seeds > 1 and not np.isnan(part.p)


def _seen(part: Comparison, bar: Bar) -> str:
    value = sees(bar, part.spread, part.images)
    return f"{np.exp(value):.2g}×" if part.unit == "x" else f"{value:.3f} {part.unit}".rstrip()
