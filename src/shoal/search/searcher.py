"""Makes a study's trials: a runner that asks Optuna for one run after another, and prunes them."""

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from optuna.trial import Trial

from shoal.errors import UserError
from shoal.grid.local import LocalRunner
from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.planned import PlannedRun
from shoal.runs.folder import RunFolder
from shoal.search.trials import RUN, Trials

LOOK_AT_CURVES = 1.0  # seconds between reads of the curves


class Searcher(LocalRunner):
    """Makes the runs of a study's trials, and stops those that the study prunes.

    A pruned run is asked to save and end, so that it can resume by itself later.

    Args:
        trials: the study's trials.
        compose: composes a run from the overrides that a trial sets.
        folder: the folder of all runs.
        at_once: how many may work at a time.
    """

    def __init__(
        self,
        trials: Trials,
        compose: Callable[[Sequence[str]], PlannedRun],
        folder: Path,
        at_once: int,
    ) -> None:
        super().__init__([], at_once)
        self.trials, self.compose, self.folder = trials, compose, folder
        self.unreported: dict[str, list[Trial]] = {}  # trials without a result yet, by run
        self.pruned: dict[str, int] = {}  # the step at which each was pruned, by run
        self.numbers: dict[str, int] = {}  # of the trials, by run
        self.looked = 0.0
        self.enough = False  # whether as many trials as wanted have been asked for

    def work(self) -> None:
        """Ask for trials, make and watch their runs, and report them, until there are enough."""
        while True:
            self.stop_runs() if self.signals else self._ask()
            if not (self.waiting or self.working):
                return
            self.start_runs()
            self._report()  # `start_runs` may have found runs that had finished
            self.look()
            self._watch()

    def _ask(self) -> None:
        """Ask for trials until as many are at work as allowed, or there are enough."""
        while not self.enough and len(self.working) + len(self.waiting) < self.at_once:
            trial = self.trials.next(lambda id: RunFolder(self.folder / id).held)
            if trial is None:
                self.enough = True
                return
            run = self.compose(self.trials.overrides(trial))
            name = run.folder.id
            trial.set_user_attr(RUN, name)
            self.numbers[name] = trial.number
            self.unreported.setdefault(name, []).append(trial)
            if name not in self.runs:  # otherwise it is at work or has ended
                run.require_pictures()
                self.runs[name] = run
                if not self.is_done(name):
                    self.waiting.append(name)
            self._report()

    def _watch(self) -> None:
        """Report the curves of the runs at work, and stop runs that the study prunes."""
        if time.monotonic() - self.looked < LOOK_AT_CURVES:
            return
        self.looked = time.monotonic()
        for name in self.working - set(self.pruned):
            folder, end = self.runs[name].folder, self.runs[name].config.budget.max_steps
            for trial in self.unreported.get(name, ()):
                steps = self.trials.report(trial, folder.rows("curve.csv"))
                if steps and steps[-1] < end and trial.should_prune():
                    self.pruned[name] = steps[-1]
                    self.processes[name].stop()

    def end(self, name: str, outcome: Outcome) -> None:
        """Note the outcome of a trial's run; the study gets it before it is printed."""
        if name in self.pruned and outcome.kind == OutcomeKind.INTERRUPTED:
            outcome = Outcome(OutcomeKind.PRUNED, f"at step {self.pruned[name]}")
            folder = self.runs[name].folder
            with contextlib.suppress(UserError), folder.locked():
                folder.set_status("interrupted", reason=f"pruned by a search {outcome.why}")
        self.outcomes[name] = outcome
        self._report()
        super().end(name, outcome)

    def _report(self) -> None:
        """Tell the study the results of runs that have ended.

        A trial whose run failed or was stopped gets no result and is made again later.
        """
        for name in [name for name in self.unreported if name in self.outcomes]:
            kind, folder = self.outcomes[name].kind, self.runs[name].folder
            for trial in self.unreported.pop(name):
                self.trials.report(trial, folder.rows("curve.csv"))
                if kind in (OutcomeKind.FINISHED, OutcomeKind.REUSED):
                    self.trials.finish(trial, folder.record()["val"]["final_psnr"])
                elif kind == OutcomeKind.DIVERGED:
                    self.trials.give_up(trial, diverged=folder.status()["step"])
                elif kind == OutcomeKind.PRUNED:
                    self.trials.give_up(trial)

    def overview(self) -> str:
        """Say how many trials there will be, and how many have ended."""
        trials = self.trials.frozen()
        ended = sum(trial.state.is_finished() for trial in trials)
        return f"{self.trials.settings.trials} trials, {ended} ended already"

    def time_left(self) -> str:
        """Return "": nobody knows which values will be tried and which runs pruned."""
        return ""

    def number(self, name: str) -> str:
        """Return which of the trials this is, e.g. `2/20`."""
        return f"{self.numbers[name] + 1}/{self.trials.settings.trials}"

    def progress(self) -> str:
        """Say the best score so far."""
        best = self.trials.best()
        return "no trial has finished yet" if best is None else f"best so far {best.value:.2f} dB"
