"""The study, whose trials Optuna stores; interrupted trials are resumed.

A trial stays unfinished until its run has finished, diverged or been pruned. If the run failed or
was killed, it is made again when the search is resumed, here or on another machine.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from shoal.errors import UserError, first_line
from shoal.grid.cross import overrides
from shoal.search.settings import Settings
from shoal.search.space import Suggest
from shoal.system.building import built

OWNER, RUN, DIVERGED = "owner", "run", "diverged"  # user attributes of a trial
GRACE = timedelta(minutes=2)  # longer than it takes from asking for a trial to locking its run


class Trials:
    """The trials of one search.

    Args:
        name: the study's.
        settings: the group `search` of the config.
        space: a function for each key with which a trial chooses the value.
        file: the SQLite file, used if the settings name no storage.

    Raises:
        UserError: the storage can't be opened, or pruner or sampler can't be built.
    """

    def __init__(
        self, name: str, settings: Settings, space: Mapping[str, Suggest], file: Path
    ) -> None:
        self.settings, self.space = settings, space
        self.me = f"{socket.gethostname()}:{os.getpid()}"
        self.tried: set[int] = set()  # by this process
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        # Refused before the storage is made; each trial gets a sampler of its own.
        built("search.sampler", settings.sampler, seed=settings.seed)
        self.study = _study(name, settings, file)

    def frozen(self) -> list[FrozenTrial]:
        """Return all trials in their current state, by number."""
        return self.study.get_trials(deepcopy=False)

    def best(self) -> FrozenTrial | None:
        """Return the finished trial with the highest score; None if none has finished."""
        finished = [trial for trial in self.frozen() if trial.state == TrialState.COMPLETE]
        return max(finished, key=lambda trial: trial.values[0], default=None)

    def next(self, is_held: Callable[[str], bool]) -> Trial | None:
        """Return an interrupted trial, else a new one; None if there are enough trials.

        Args:
            is_held: tells whether a process works on the run with a given id.
        """
        trials = self.frozen()
        for trial in trials:
            if trial.number not in self.tried and self._is_interrupted(trial, is_held):
                self._draw_by(trial.number)
                # Optuna has no public way from a stored trial back to one that takes results.
                return self._mine(Trial(self.study, trial._trial_id))
        if len(trials) >= self.settings.trials:
            return None
        self._draw_by(len(trials))
        return self._mine(self.study.ask())

    def _draw_by(self, number: int) -> None:
        """Seed the sampler by the trial, so that a resumed search draws the same values."""
        seed = self.settings.seed + number
        self.study.sampler = built("search.sampler", self.settings.sampler, seed=seed)

    def _mine(self, trial: Trial) -> Trial:
        self.tried.add(trial.number)
        trial.set_user_attr(OWNER, self.me)
        return trial

    def _is_interrupted(self, trial: FrozenTrial, is_held: Callable[[str], bool]) -> bool:
        if trial.state != TrialState.RUNNING:
            return False
        host, _, pid = trial.user_attrs.get(OWNER, ":").partition(":")
        if host == socket.gethostname() and not _is_alive(int(pid)):
            return True
        begun = trial.datetime_start
        at_work = RUN in trial.user_attrs and is_held(trial.user_attrs[RUN])
        return begun is not None and datetime.now() - begun > GRACE and not at_work

    def overrides(self, trial: Trial) -> list[str]:
        """Return the overrides that a trial sets; a resumed one sets the same."""
        return [*overrides({key: choose(trial) for key, choose in self.space.items()})]

    def report(self, trial: Trial, curve: Iterable[Mapping[str, str]]) -> list[int]:
        """Report the rows of a run's curve that the study doesn't have; returns their steps."""
        now = self.frozen()[trial.number]
        if now.state.is_finished():  # another search has resumed and ended it
            return []
        points = [(int(row["step"]), float(row["val/psnr"])) for row in curve]
        new = [
            (step, psnr)
            for step, psnr in points
            if step > 0 and step not in now.intermediate_values
        ]
        for step, psnr in new:
            trial.report(psnr, step)
        return [step for step, _ in new]

    def finish(self, trial: Trial, psnr: float) -> None:
        """Tell the study that a trial's run has finished, with its final validation PSNR in dB."""
        self.study.tell(trial, psnr, skip_if_finished=True)

    def give_up(self, trial: Trial, diverged: int | None = None) -> None:
        """Tell the study that a trial was pruned, or that its run diverged at a step."""
        if diverged is not None and not self.frozen()[trial.number].state.is_finished():
            trial.set_user_attr(DIVERGED, diverged)
        self.study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)


def _study(name: str, settings: Settings, file: Path) -> optuna.Study:
    url = settings.storage or f"sqlite:///{file}"
    pruner = built("search.pruner", settings.pruner)
    for patience in (True, True, False):
        try:
            if not settings.storage:
                file.parent.mkdir(parents=True, exist_ok=True)
            return optuna.create_study(
                study_name=name,
                storage=url,
                direction="maximize",
                pruner=pruner,
                load_if_exists=True,
            )
        except Exception as error:
            why = first_line(error)
        if patience:  # two searches that create the same tables at once make each other fail
            time.sleep(random.uniform(0.5, 1.5))
    raise UserError(f"search.storage={url} can't be opened: {why}")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
