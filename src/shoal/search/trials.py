"""The study: trials kept by Optuna; one that was interrupted is resumed.

A trial stays unfinished in the study until its run has finished, diverged or been pruned: a run
that failed or was killed is made again when the search goes on, here or on another machine.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import optuna
from hydra.utils import instantiate
from optuna.trial import FrozenTrial, Trial, TrialState

from shoal.errors import UserError, first_line
from shoal.grid.cross import overrides
from shoal.search.settings import Settings
from shoal.search.space import Suggest

OWNER, RUN, DIVERGED = "owner", "run", "diverged"  # what a trial says of itself
GRACE = timedelta(minutes=2)  # longer than any machine takes from asking to a run that is held


class Trials:
    """The trials of one search.

    Args:
        name: of the study.
        settings: `search` of the config.
        space: how each value is chosen.
        file: the SQLite file, where the settings name no storage.

    Raises:
        UserError: the storage can't be had.
    """

    def __init__(
        self, name: str, settings: Settings, space: Mapping[str, Suggest], file: Path
    ) -> None:
        self.settings, self.space = settings, space
        self.me = f"{socket.gethostname()}:{os.getpid()}"
        self.tried: set[int] = set()  # by this process
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.study = _study(name, settings, file)

    def frozen(self) -> list[FrozenTrial]:
        """All trials as they stand, by number."""
        return self.study.get_trials(deepcopy=False)

    def best(self) -> FrozenTrial | None:
        """The trial whose run ended highest; None before one has finished."""
        finished = [trial for trial in self.frozen() if trial.state == TrialState.COMPLETE]
        return max(finished, key=lambda trial: trial.values[0], default=None)

    def next(self, is_held: Callable[[str], bool]) -> Trial | None:
        """A trial that was interrupted, else a new one; None where there are enough.

        Args:
            is_held: whether a process works on the run of an id.
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
        """Let a search that is resumed draw what it would have drawn without the interruption."""
        self.study.sampler = instantiate(self.settings.sampler, seed=self.settings.seed + number)

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
        """What a trial sets; the same again for one that is resumed."""
        return [*overrides({key: choose(trial) for key, choose in self.space.items()})]

    def report(self, trial: Trial, curve: Iterable[Mapping[str, str]]) -> list[int]:
        """Report what of a run's curve the study doesn't know yet; returns the new steps."""
        now = self.frozen()[trial.number]
        if now.state.is_finished():  # by another search that had resumed it
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
        """A trial's run has finished, with this final validation PSNR in dB."""
        self.study.tell(trial, psnr, skip_if_finished=True)

    def give_up(self, trial: Trial, diverged: int | None = None) -> None:
        """A trial was pruned, or its run diverged at a step: for the sampler both are bad."""
        if diverged is not None and not self.frozen()[trial.number].state.is_finished():
            trial.set_user_attr(DIVERGED, diverged)
        self.study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)


def _study(name: str, settings: Settings, file: Path) -> optuna.Study:
    url = settings.storage or f"sqlite:///{file}"
    for patience in (True, True, False):
        try:
            if not settings.storage:
                file.parent.mkdir(parents=True, exist_ok=True)
            return optuna.create_study(
                study_name=name,
                storage=url,
                direction="maximize",
                pruner=instantiate(settings.pruner),
                load_if_exists=True,
            )
        except Exception as error:
            why = first_line(error)
        if patience:  # two that make the same tables at once disturb each other
            time.sleep(random.uniform(0.5, 1.5))
    raise UserError(f"search.storage={url} can't be had: {why}")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
