"""The launcher: each run of a grid in a process of its own, here or wherever a backend puts it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

if TYPE_CHECKING:
    from shoal.grid.outcome import Outcome
    from shoal.grid.planned import PlannedRun
    from shoal.grid.runner import GridRunner


@dataclass
class ShoalLauncherConf:
    """How many work at a time is `jobs`, a value of the config proper."""

    _target_: str = "hydra_plugins.shoal_launcher.launcher.ShoalLauncher"


ConfigStore.instance().store(group="hydra/launcher", name="shoal", node=ShoalLauncherConf)


class ShoalLauncher(Launcher):
    """Starts the entry script once per run that isn't finished; see `shoal.grid`.

    Args:
        backend: of `shoal.grid.backends`; None: processes of our own.
        options: of the backend.
    """

    def __init__(self, backend: str | None = None, **options: Any) -> None:
        self.backend = backend
        self.options: Any = OmegaConf.to_container(OmegaConf.create(options), resolve=True)

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep what composing runs needs.

        Raises:
            UserError: the backend isn't installed.
        """
        self.loader, self.config = hydra_context.config_loader, config
        self.titles: dict[tuple[str, ...], str] = {}  # of an experiment's runs, by overrides
        self.arms: dict[tuple[str, ...], str] = {}  # of an experiment's runs, by overrides
        if self.backend:
            from shoal.grid.backends import backend

            backend(self.backend)

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Make the runs; a diverged one counts as done, and `return_value` of a failed one raises.

        Args:
            job_overrides: of each run.
            initial_job_idx: not used: a run is named by what it is.
        """
        # Imported here, since Hydra imports all its plugins at the start of every run.
        from shoal.grid.composing import compose

        runs = [
            replace(
                run,
                title=self.titles.get(run.overrides, ""),
                arm=self.arms.get(run.overrides, ""),
            )
            for run in (compose(self.loader, self.config, each) for each in job_overrides)
        ]
        grid = self._runner(runs)
        outcomes = grid.run()
        by_key = {run.key: outcomes[name] for name, run in grid.runs.items()}
        return [_returned(run, by_key[run.key]) for run in runs]

    def _runner(self, runs: Sequence["PlannedRun"]) -> "GridRunner":
        from shoal.grid.local import LocalRunner
        from shoal.grid.remote import RemoteRunner

        at_once = runs[0].config.jobs
        if self.backend is None:
            return LocalRunner(runs, at_once)
        return RemoteRunner(runs, at_once, self.backend, self.options)


def _returned(run: "PlannedRun", outcome: "Outcome") -> JobReturn:
    done = JobReturn(list(run.overrides), run.tree, run.hydra, working_dir=".")
    done.status = JobStatus.FAILED if outcome.to_do else JobStatus.COMPLETED
    done.return_value = RuntimeError(outcome.why) if outcome.to_do else None
    return done
