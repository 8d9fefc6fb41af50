"""The sweeper: what is swept on the command line times the arms of an experiment."""

import functools
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from hydra_plugins.shoal_launcher.launcher import ShoalLauncher
from shoal.errors import UserError
from shoal.system.variables import EXPERIMENT

if TYPE_CHECKING:
    from shoal.grid.experiment import Experiment
    from shoal.grid.plan import Plan
    from shoal.grid.tuning import Tuning


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
            return self._search(combinations)
        if self.master.hydra.runtime.choices.get("experiment"):
            returns = self._experiment(combinations)
        else:
            returns = self._grid(combinations)
        failed = [done for done in returns if done.status == JobStatus.FAILED]
        if failed:
            raise GridFailed(len(failed))
        return returns

    def _grid(self, combinations: list[list[str]]) -> Sequence[JobReturn]:
        """All combinations, which end in one table."""
        from shoal.grid.composing import compose
        from shoal.grid.naming import labels, titles

        runs = [compose(self.loader, self.master, each) for each in combinations]
        named = list(zip(labels(runs), runs, strict=True))
        self._call(titles(named, {}), arms={})
        returns = self.runner.launch(combinations, initial_job_idx=0)
        from shoal.report.joint import Member, print_joint  # here: it takes a second to import

        print_joint([Member(label, run.run) for label, run in named])
        return returns

    def _call(self, titles: dict[tuple[str, ...], str], arms: dict[tuple[str, ...], str]) -> None:
        """Have the launcher call runs so in its lines, and by their arms, each by its overrides."""
        if isinstance(self.runner, ShoalLauncher):
            self.runner.titles, self.runner.arms = titles, arms

    def _experiment(self, combinations: list[list[str]]) -> Sequence[JobReturn]:
        from shoal.grid.composing import compose
        from shoal.grid.experiment import is_of_experiment, read
        from shoal.grid.plan import Plan
        from shoal.grid.tuning import tuning

        experiment = read(self.loader, self.master)
        _require_claims(experiment)
        given = [[text for text in each if not is_of_experiment(text)] for each in combinations]
        composing = functools.partial(compose, self.loader, self.master)
        plan = Plan(experiment, given, composing)
        if asked := tuning(experiment):
            return self._tuned(plan, asked)
        return self._issue([plan])

    def _tuned(self, plan: "Plan", asked: "Tuning") -> Sequence[JobReturn]:
        """Let each arm find its own value, then make the study at the common one and at these."""
        from shoal.grid.tuning import judge, own
        from shoal.results import read
        from shoal.results.tuning import chosen, trials

        judging, tried = judge(plan, asked)
        returns = self._issue([judging])
        if any(done.status == JobStatus.FAILED for done in returns):
            return returns
        found = trials(read(judging.path), tried)
        return self._issue([plan, own(plan, asked, chosen(found), found)])

    def _issue(self, plans: Sequence["Plan"]) -> Sequence[JobReturn]:
        """Make the runs of plans together, and report each; the last one's page is kept up."""
        from shoal.grid.naming import titles
        from shoal.report.home import PAGE, home
        from shoal.report.live import live_page
        from shoal.report.publish import report
        from shoal.system.console import typed

        paths = [plan.write(command=typed()) for plan in plans]
        experiment, config = plans[-1].experiment, plans[-1].runs[-1][1].config
        print(f"experiment={experiment.name}: {experiment.question}", flush=True)
        os.environ[EXPERIMENT] = experiment.name
        calls: dict[tuple[str, ...], str] = {}
        arms: dict[tuple[str, ...], str] = {}
        for plan in plans:
            calls |= titles(plan.runs, plan.turned)
            arms |= {run.overrides: label for label, run in plan.runs}
        self._call(calls, arms)
        findings = config.paths.experiments
        page = home(findings, plans[-1].folder, config.precision) / PAGE
        print(f"as runs finish: {page}", flush=True)
        with live_page(paths[-1], findings):
            returns = self.runner.launch(list(arms), initial_job_idx=0)
        for path in paths:
            report(path, findings, config.logger)
        return returns

    def _search(self, combinations: list[list[str]]) -> Sequence[JobReturn]:
        from shoal.grid.composing import compose, key
        from shoal.grid.outcome import GridFailed
        from shoal.system.console import typed

        self._require_search(combinations)
        from shoal.search.search import failed, search

        name = str(self.master.hydra.runtime.choices["hparams_search"])
        given = [text for text in combinations[0] if not _is_of_search(key(text))]
        composing = functools.partial(compose, self.loader, self.master)
        os.environ[EXPERIMENT] = name
        outcomes = search(name, self.master.search, given, composing, typed())
        if count := failed(outcomes):
            raise GridFailed(count)
        return []

    def _require_search(self, combinations: list[list[str]]) -> None:
        """Refuse what a search can't be combined with.

        Raises:
            UserError: naming it, and the remedy.
        """
        if "experiment" in self.master:
            raise UserError("hparams_search and experiment are two questions: issue one at a time")
        if len(combinations) > 1:
            raise UserError("a search chooses values itself: nothing else can be swept with it")
        if backend := self.master.hydra.launcher.get("backend"):
            raise UserError(
                f"hydra/launcher={backend}: a search makes its runs itself, `jobs` at a time; for"
                " more machines give search.storage and issue it on each"
            )
        if find_spec("optuna") is None:
            raise UserError("hparams_search needs optuna: pip install 'shoal-sr[optuna]'")

    def _combinations(self, arguments: list[str]) -> list[list[str]]:
        """All combinations, the last sweep varying fastest; of one key the last word counts.

        Raises:
            UserError: experiments are swept.
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
        return [list(combination) for combination in itertools.product(*choices.values())]


def _require_claims(experiment: "Experiment") -> None:
    """Refuse a claim that can't be tested, before anything is trained for it.

    Raises:
        UserError: naming the experiment, the claim and what is wrong with it.
    """
    from shoal.claims import read_claims, require_arms

    try:
        require_arms(read_claims(experiment.claims), [*experiment.arms, *experiment.left_out])
    except UserError as error:
        raise UserError(f"experiment={experiment.name}: {error}") from None


def _is_of_search(key: str) -> bool:
    return key in ("hparams_search", "search") or key.startswith("search.")
