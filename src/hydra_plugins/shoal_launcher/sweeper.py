"""The sweeper: what is swept on the command line times the arms of an experiment."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from hydra_plugins.shoal_launcher.launcher import ShoalLauncher
from hydra_plugins.shoal_launcher.searching import search
from shoal.errors import UserError


@dataclass
class ShoalSweeperConf:
    """`params` are swept where the command line says nothing else, e.g. `scale: 2,3,4`."""

    _target_: str = "hydra_plugins.shoal_launcher.sweeper.ShoalSweeper"
    params: dict[str, str] = field(default_factory=dict)


ConfigStore.instance().store(group="hydra/sweeper", name="shoal", node=ShoalSweeperConf)


class ShoalSweeper(Sweeper):
    """A grid: all combinations, and of an experiment all arms, with a plan and a report on disk.

    Unlike Hydra's own sweeper it leaves no `multirun.yaml`.

    Args:
        params: sweeps of the config.
    """

    def __init__(self, params: dict[str, str]) -> None:
        self.params = params

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep the config, and make its launcher."""
        self.loader, self.master = hydra_context.config_loader, config
        self.runner = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Sequence[JobReturn]:
        """Make the grid of the command line's overrides.

        Raises:
            UserError: the grid or one of its runs is not as it must be; nothing was started.
            GridFailed: a run failed, and all others have been made.
            GridStopped: a signal asked for it.
        """
        # Imported here, since Hydra imports all its plugins at the start of every run.
        from shoal.grid.outcome import GridFailed

        combinations = self._combinations(arguments)
        if "search" in self.master:
            search(self.loader, self.master, combinations)
            return []
        if self.master.hydra.runtime.choices.get("experiment"):
            from shoal.seeding.study import ExperimentGrid

            returns = ExperimentGrid(self.loader, self.master, self._launch).make(combinations)
        else:
            returns = self._grid(combinations)
        failed = [done for done in returns if done.status == JobStatus.FAILED]
        if failed:
            raise GridFailed(len(failed))
        return returns

    def _grid(self, combinations: list[list[str]]) -> Sequence[JobReturn]:
        """All combinations, which end in one table."""
        from shoal.grid.composing import compose
        from shoal.grid.foretelling import foretell, only_plans
        from shoal.grid.naming import labels, titles
        from shoal.grid.overrides import of_runs

        _require_number(combinations)
        combinations = [of_runs(each) for each in combinations]
        runs = [compose(self.loader, self.master, each) for each in combinations]
        named = list(zip(labels(runs), runs, strict=True))
        called = titles(named, {})
        if only_plans(self.master):
            foretell(runs, called, [])
            return []
        returns = self._launch(combinations, called, arms={})
        from shoal.grid.collapse import thresholds
        from shoal.report.joined import Member
        from shoal.report.joint import print_joint  # here: it takes a second to import

        print_joint([Member(label, run.run) for label, run in named], thresholds(self.master))
        return returns

    def _launch(
        self,
        runs: Sequence[Sequence[str]],
        titles: dict[tuple[str, ...], str],
        arms: dict[tuple[str, ...], str],
    ) -> Sequence[JobReturn]:
        """Have the launcher make runs, and call them so in its lines, and by their arms."""
        if isinstance(self.runner, ShoalLauncher):
            self.runner.titles, self.runner.arms = titles, arms
        return self.runner.launch(runs, initial_job_idx=0)

    def _combinations(self, arguments: list[str]) -> list[list[str]]:
        """All combinations, the last sweep varying fastest; of one key the last word counts.

        Raises:
            UserError: experiments are swept, or nothing is.
        """
        texts = [*(f"{key}={value}" for key, value in self.params.items()), *arguments]
        choices = {}
        for override in OverridesParser.create(config_loader=self.loader).parse_overrides(texts):
            key = override.get_key_element()
            if not override.is_sweep_override():
                choices[key] = [str(override.input_line)]
            elif key == "experiment":
                raise UserError(f"{override.input_line}: issue one grid for each experiment")
            else:
                choices[key] = [f"{key}={value}" for value in override.sweep_string_iterator()]
                if not choices[key]:
                    raise UserError(f"{override.input_line} has no value: give one, {key}=VALUE")
        return [list(combination) for combination in itertools.product(*choices.values())]


def _require_number(combinations: Sequence[Sequence[str]]) -> None:
    """Refuse `seed=auto` where there is nothing to decide.

    Raises:
        UserError: with the remedy.
    """
    from shoal.grid.overrides import AUTO

    if any(AUTO in each for each in combinations):
        words = "adds seeds until an experiment is decided"
        raise UserError(f"{AUTO} {words}: add experiment=NAME, or give a number")
