"""The launcher: each run of a grid in a process of its own, here or wherever an engine puts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf


@dataclass
class ShoalLauncherConf:
    """How many work at a time is `jobs`, a value of the config proper."""

    _target_: str = "hydra_plugins.shoal_launcher.launcher.ShoalLauncher"


ConfigStore.instance().store(group="hydra/launcher", name="shoal", node=ShoalLauncherConf)


class ShoalLauncher(Launcher):
    """Starts the entry script once per run that isn't finished; see `shoal.grid`.

    Args:
        engine: of `shoal.grid.backends`; None: processes of our own.
        options: of the engine.
    """

    def __init__(self, engine: str | None = None, **options: Any) -> None:
        self.engine = engine
        self.options: Any = OmegaConf.to_container(OmegaConf.create(options), resolve=True)

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep what composing jobs needs.

        Raises:
            UserError: the engine isn't installed.
        """
        self.loader, self.config = hydra_context.config_loader, config
        if self.engine:
            from shoal.grid.backends import engine

            engine(self.engine)

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Do the jobs; a diverged one counts as done, and `return_value` of a failed one raises.

        Args:
            job_overrides: of each job.
            initial_job_idx: not used: a run is named by what it is.
        """
        # Imported here, since Hydra imports all its plugins at the start of every run.
        from shoal.grid.fleet import Fleet
        from shoal.grid.jobs import compose
        from shoal.grid.local import Crew
        from shoal.grid.outcome import End
        from shoal.grid.runner import Ledger

        jobs = [compose(self.loader, self.config, overrides) for overrides in job_overrides]
        at_once = jobs[0].config.jobs
        grid: Ledger = (
            Fleet(jobs, at_once, self.engine, self.options) if self.engine else Crew(jobs, at_once)
        )
        endings = grid.work()
        by_key = {job.key: endings[name] for name, job in grid.jobs.items()}
        returns = []
        for job in jobs:
            ending = by_key[job.key]
            failed = ending.end == End.FAILED
            done = JobReturn(list(job.overrides), job.tree, job.hydra, working_dir=".")
            done.status = JobStatus.FAILED if failed else JobStatus.COMPLETED
            done.return_value = RuntimeError(ending.why) if failed else None
            returns.append(done)
        return returns
