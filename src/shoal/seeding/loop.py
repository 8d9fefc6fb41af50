"""Adds seeds, with a look at the results after each batch, until all is decided or a limit met."""

import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

from hydra.core.utils import JobReturn, JobStatus

from shoal.grid import estimate
from shoal.grid.plan import Plan
from shoal.grid.plan_file import write
from shoal.grid.planned import PlannedRun
from shoal.grid.runner import share_of_cores
from shoal.results import Study, read
from shoal.runs.duration import span
from shoal.seeding.opened import Question, questions, wanted
from shoal.seeding.settings import Settings

ENDED = ("finished", "diverged")
Make = Callable[[Sequence[tuple[str, PlannedRun]]], Sequence[JobReturn]]


@dataclass
class Loop:
    """An experiment that adds seeds.

    Args:
        plan: has the first seeds, and those that an earlier grid added.
        settings: the group `seeds` of the config.
        command: what the user typed.
        make: makes runs, each given with the label of its arm.
    """

    plan: Plan
    settings: Settings
    command: str
    make: Make

    def run(self) -> list[JobReturn]:
        """Make runs until all is decided; if a run fails, end without looking at the others."""
        begun = time.monotonic()
        returns: list[JobReturn] = []
        coming = list(self.plan.runs)
        while coming:
            made = self.make(coming)
            returns += made
            if any(done.status == JobStatus.FAILED for done in made):
                break
            found = list(questions(self.look()))
            coming = self._next(found, time.monotonic() - begun)
        return returns

    def look(self) -> Study:
        """Read the study, and note a look in the plan if there are new results."""
        study = read(self.plan.path)
        looks = self.plan.looks or []
        before = {name for look in looks for name in look["runs"]}
        ended = dict.fromkeys(study.runs.loc[study.runs["state"].isin(ENDED), "id"])
        if new := [name for name in ended if name not in before]:
            self.plan.looks = [*looks, {"most": self.settings.most, "runs": new}]
            write(self.plan, self.command)
            study = read(self.plan.path)
        return study

    def _next(self, found: list[Question], seconds: float) -> list[tuple[str, PlannedRun]]:
        """Print what is decided, and plan the next runs."""
        planned = seeds_of(self.plan)
        counts = {arm: len(seeds) for arm, seeds in planned.items()}
        more = wanted(found, counts, self.settings.step, self.settings.most)
        before = len(self.plan.runs)
        for arm, number in more.items():
            for seed in fresh(planned[arm], self.settings.lowest, number):
                self.plan.add(arm, seed)
        coming = self.plan.runs[before:]
        late = self._too_late(coming, seconds) if coming else ""
        if late:
            del self.plan.runs[before:]
            coming = []
        elif coming:
            write(self.plan, self.command)
        is_open = any(each.word == "undecided" for each in found)
        said = "; ".join(each.text for each in found)
        print(f"{said}: {late or _said(more, coming)}" if is_open else said, flush=True)
        return coming

    def _too_late(self, coming: Sequence[tuple[str, PlannedRun]], seconds: float) -> str:
        """Say why no more seeds fit into `seeds.hours`; "" if they do or their time is unknown."""
        hours = self.settings.hours
        if hours is None:
            return ""
        left = 3600 * hours - seconds
        known = estimate.seconds([run for _, run in coming], *_at_once(coming))
        if left > (known or 0):
            return ""
        takes = f", and the next seeds take about {span(known)}" if known else ""
        return f"{span(max(left, 0))} of seeds.hours={hours:g} are left{takes}"


def seeds_of(plan: Plan) -> dict[str, set[int]]:
    """Return the planned seeds of each arm that learns."""
    found: dict[str, set[int]] = {}
    for label, run in plan.runs:
        if run.config.kind.learns:
            found.setdefault(label, set()).add(run.config.seed)
    return found


def fresh(planned: Container[int], lowest: int, number: int) -> Iterator[int]:
    """Return the next seeds, at least `lowest`, that aren't planned yet.

    >>> list(fresh({2, 3, 5}, lowest=2, number=2))
    [4, 6]
    """
    return islice((seed for seed in count(lowest) if seed not in planned), number)


def _said(more: Mapping[str, int], coming: Sequence[tuple[str, PlannedRun]]) -> str:
    if not coming:
        return "no more seeds are added"
    groups: dict[int, list[str]] = {}
    for arm, number in more.items():
        groups.setdefault(number, []).append(arm)
    said = [
        f"{count} more seed{'s' * (count > 1)} of {', '.join(arms)}"
        for count, arms in groups.items()
    ]
    time = estimate.together([run for _, run in coming], *_at_once(coming))
    return ", ".join([*said, *([time] if time else [])])


def _at_once(coming: Sequence[tuple[str, PlannedRun]]) -> tuple[int | None, int]:
    """Return the threads of each run, and how many runs work at a time."""
    jobs = coming[0][1].config.jobs
    return share_of_cores(jobs), jobs
