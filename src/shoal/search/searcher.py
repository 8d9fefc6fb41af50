"""The searcher: a crew whose jobs are asked for one by one, and watched while they train."""

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from optuna.trial import Trial

from shoal.errors import UserError
from shoal.grid.jobs import Job
from shoal.grid.local import Crew
from shoal.grid.outcome import End, Ending
from shoal.grid.process import Process
from shoal.runs.folder import RunFolder
from shoal.search.trials import RUN, Trials

LOOK_AT_CURVES = 1.0  # seconds between looks


class Searcher(Crew):
    """Makes the runs of a study's trials, and stops those that the study prunes.

    A pruned run is asked to save and end: issued by itself, it goes on.

    Args:
        trials: of the study.
        compose: a job from what a trial sets.
        runs: the folder of all runs.
        at_once: how many may work at a time.
    """

    def __init__(
        self, trials: Trials, compose: Callable[[Sequence[str]], Job], runs: Path, at_once: int
    ) -> None:
        super().__init__([], at_once)
        self.trials, self.compose, self.runs = trials, compose, runs
        self.asked: dict[str, list[Trial]] = {}  # whose end the study hasn't been told, by job
        self.pruned: dict[str, int] = {}  # the step, by job
        self.numbers: dict[str, int] = {}
        self.looked = 0.0
        self.enough = False  # trials have been asked for

    def do(self) -> None:
        """Ask, make, watch and tell, until there are enough trials."""
        while True:
            self.obey() if self.signals else self._ask()
            if not (self.waiting or self.working):
                return
            self.start()
            self._tell()  # of runs that were found finished
            self.look()
            self._watch()

    def _ask(self) -> None:
        """Take trials until all hands are busy or there are enough."""
        while not self.enough and len(self.working) + len(self.waiting) < self.at_once:
            trial = self.trials.next(lambda id: RunFolder(self.runs / id).held)
            if trial is None:
                self.enough = True
                return
            job = self.compose(self.trials.overrides(trial))
            name = job.folder.id
            trial.set_user_attr(RUN, name)
            self.numbers[name] = trial.number
            self.asked.setdefault(name, []).append(trial)
            if name not in self.jobs:  # else it is at work, or has ended
                job.require_pictures()
                self.jobs[name] = job
                if not self.is_done(name):
                    self.waiting.append(name)
            self._tell()

    def _watch(self) -> None:
        """Report the curves of the runs at work, and stop those that aren't worth their time."""
        if time.monotonic() - self.looked < LOOK_AT_CURVES:
            return
        self.looked = time.monotonic()
        for name in self.working - set(self.pruned):
            folder, end = self.jobs[name].folder, self.jobs[name].config.budget.max_steps
            for trial in self.asked.get(name, ()):
                steps = self.trials.report(trial, folder.rows("curve.csv"))
                if steps and steps[-1] < end and trial.should_prune():
                    self.pruned[name] = steps[-1]
                    self.processes[name].stop()

    def end(self, name: str, ending: Ending) -> None:
        """A trial's run has ended: the study hears of it first."""
        self.endings[name] = ending
        self._tell()
        super().end(name, ending)

    def ending(self, name: str, process: Process, code: int) -> Ending:
        """How a job ended, which may be that it was pruned."""
        ending = super().ending(name, process, code)
        if name not in self.pruned or ending.end != End.FAILED:
            return ending
        why = f"at step {self.pruned[name]}"
        folder = self.jobs[name].folder
        with contextlib.suppress(UserError), folder.locked():
            folder.set_status("failed", reason=f"pruned by a search {why}")
        return Ending(End.PRUNED, why)

    def _tell(self) -> None:
        """Tell the study of the trials whose runs have come to an end that stands."""
        for name in [name for name in self.asked if name in self.endings]:
            end, folder = self.endings[name].end, self.jobs[name].folder
            for trial in self.asked.pop(name):
                self.trials.report(trial, folder.rows("curve.csv"))
                if end in (End.FINISHED, End.REUSED):
                    self.trials.finish(trial, folder.record()["val"]["final_psnr"])
                elif end == End.DIVERGED:
                    self.trials.give_up(trial, diverged=folder.status()["step"])
                elif end == End.PRUNED:
                    self.trials.give_up(trial)

    def overview(self) -> str:
        """How many trials there are, and how many may be made."""
        trials = self.trials.frozen()
        ended = sum(trial.state.is_finished() for trial in trials)
        return f"{self.trials.settings.trials} trials, {ended} ended already"

    def time_left(self) -> str:
        """Not known: what will be tried isn't, nor what will be pruned."""
        return ""

    def number(self, name: str) -> str:
        """Which trial this is of how many."""
        return f"{self.numbers[name] + 1}/{self.trials.settings.trials}"

    def progress(self) -> str:
        """The best score yet."""
        best = self.trials.best()
        return "no trial has finished yet" if best is None else f"best so far {best.value:.2f} dB"
