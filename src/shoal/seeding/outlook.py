"""What a grid will be able to see, by the rows of an earlier study or of its own first seeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from shoal.claims import Comparison, against_baseline, judge, read_claims
from shoal.claims.needed import Need
from shoal.claims.power import Bar, bars, sees
from shoal.errors import UserError
from shoal.grid.plan import Plan
from shoal.grid.plan_file import content
from shoal.results import Study, grids, read, read_kept
from shoal.results.issued import study_of
from shoal.runs.findings import STUDY
from shoal.seeding.settings import Settings


@dataclass(frozen=True)
class Sight:
    """What a number of seeds will see of one claim or difference.

    Attributes:
        name: of it.
        word: what it is by the rows there are.
        sees: the smallest difference found four times of five, with its unit.
        need: what deciding it takes, where it is undecided.
    """

    name: str
    word: str
    sees: str
    need: Need | None


@dataclass(frozen=True)
class Outlook:
    """What a grid will see, and by what that is known.

    Attributes:
        seeds: of each arm, as planned.
        source: the study whose rows tell.
        sights: of its claims, then of its differences to the baseline.
    """

    seeds: int
    source: str
    sights: tuple[Sight, ...]

    @property
    def line(self) -> str:
        """The overview's: the first three questions, and what open ones need."""
        seen = ", ".join(f"{each.sees} ({each.name})" for each in self.sights[:3])
        open_ones = [f"{each.name} ({each.need})" for each in self.sights if each.need]
        left = [f"open: {', '.join(open_ones[:3])}"] if open_ones else []
        return "; ".join([f"{self.seeds} seeds see {seen}", *left])

    @property
    def lines(self) -> list[str]:
        """One for each question."""
        found = [f"by the rows of {self.source}, {self.seeds} seeds see:"]
        for each in self.sights:
            said = f"undecided ({each.need})" if each.need else each.word
            found.append(f"  {each.name}: {each.sees}; so far {said}")
        return found


def outlook(plan: Plan, settings: Settings | None) -> Outlook | None:
    """What a plan will see; None where no rows tell.

    Args:
        plan: of the grid.
        settings: of `seeds`, where it adds seeds.
    """
    config = plan.runs[-1][1].config
    seeds = len({run.config.seed for _, run in plan.runs}) if settings is None else settings.first
    share = 1 / max(len(plan.experiment.claims), 1)
    bar = _bar(seeds, share, settings)
    for study, name in _studies(plan, config.paths.experiments):
        once = replace(study, looks=None, claims=plan.experiment.claims)
        if sights := tuple(_sights(once, bar)):
            return Outlook(seeds, name, sights)
    return None


def _bar(seeds: int, share: float, settings: Settings | None) -> Bar:
    """How small p has to be at the planned seeds."""
    most = () if settings is None else (settings.most,)
    known = [bar for bar in bars(share, (), most) if bar.seeds <= max(seeds, 3)]
    return replace(known[-1], seeds=max(seeds, 2))


def _studies(plan: Plan, findings: Path) -> Iterator[tuple[Study, str]]:
    """The plan's own rows, those of earlier grids of the question, those of kept findings."""
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
    """Whether it has the scatter of seeds."""
    return part.seeds > 1 and not np.isnan(part.p)


def _seen(part: Comparison, bar: Bar) -> str:
    value = sees(bar, part.spread, part.images)
    return f"{np.exp(value):.2g}×" if part.unit == "x" else f"{value:.3f} {part.unit}".rstrip()
