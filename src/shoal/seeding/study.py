"""Makes an experiment for the sweeper: its plan, its runs, its live page and its report."""

import functools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from omegaconf import DictConfig

from shoal.claims import read_claims, require_arms
from shoal.errors import UserError
from shoal.grid import experiment_asked, plan_file, tuned
from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment, is_of_experiment
from shoal.grid.foretelling import foretell, only_plans
from shoal.grid.naming import titles
from shoal.grid.overrides import of_runs
from shoal.grid.plan import Plan
from shoal.grid.planned import PlannedRun
from shoal.grid.tuning import Tuning, tuning
from shoal.report.home import home
from shoal.report.live import live_page
from shoal.report.publish import report
from shoal.results import read
from shoal.results.tuning import chosen, trials
from shoal.runs.findings import PAGE
from shoal.seeding.loop import Loop
from shoal.seeding.outlook import outlook
from shoal.seeding.resuming import take_up
from shoal.seeding.settings import Settings, is_automatic
from shoal.system.console import typed
from shoal.system.variables import EXPERIMENT

Names = dict[tuple[str, ...], str]
Launch = Callable[[Sequence[Sequence[str]], Names, Names], Sequence[JobReturn]]


@dataclass
class ExperimentGrid:
    """An experiment's grid.

    Args:
        loader: Hydra's.
        master: the grid's config.
        launch: makes runs from their overrides, with the runs' titles and arms by overrides.
    """

    loader: ConfigLoader
    master: DictConfig
    launch: Launch

    def make(self, combinations: list[list[str]]) -> Sequence[JobReturn]:
        """Make the runs of all arms, and report; with `plan=true`, only print what they would be.

        Args:
            combinations: the user's overrides, a list per combination of swept values.

        Raises:
            UserError: the experiment, or a setting for it, is invalid.
        """
        settings = Settings.of(self.master.seeds) if is_automatic(combinations) else None
        plan = self._planned(combinations, settings)
        tune = tuning(plan.experiment)
        judging = tuned.judge(plan, tune) if tune else None
        foreseen = outlook(plan, settings)
        if only_plans(self.master):
            unknown = ["what it will see is unknown: no two seeds of it have finished here"]
            plans = [each for each in (judging, plan) if each]
            called = {words: name for each in plans for words, name in _titles(each).items()}
            runs = [run for each in plans for _, run in each.runs]
            foretell(runs, called, foreseen.lines if foreseen else unknown)
            return []
        said = foreseen.line if foreseen else ""
        if tune and judging:
            return self._tuned(plan, tune, judging, settings, said)
        return self._made(plan, settings, said)

    def _tuned(
        self, plan: Plan, tune: Tuning, judging: Plan, settings: Settings | None, foreseen: str
    ) -> Sequence[JobReturn]:
        """Let each arm find its own value, then make the study at these and at the common value.

        The study at their own values comes first, as it answers the question if `seeds.hours` are
        short.
        """
        returns = self._made(judging, None, "")
        if any(done.status == JobStatus.FAILED for done in returns):
            return returns
        found = trials(read(judging.path), tuned.tried(plan, tune))
        values = chosen(found, tuned.common(plan, tune), tune.margin)
        mine = tuned.own(plan, tune, values, found)
        if settings is not None:
            take_up(mine)
        begun = time.monotonic()
        returns = [*self._made(mine, settings, "")]
        left = settings.after(time.monotonic() - begun) if settings else None
        returns += self._made(plan, left, foreseen)
        config = mine.runs[-1][1].config
        report(mine.path, config.paths.experiments, config.logger)  # with the common one beside it
        return returns

    def _planned(self, combinations: list[list[str]], settings: Settings | None) -> Plan:
        """Make the plan; with `seed=auto` it includes the seeds that an earlier grid added."""
        experiment = experiment_asked.read(self.loader, self.master)
        _require_claims(experiment)
        given = [
            [text for text in of_runs(each) if not is_of_experiment(text)] for each in combinations
        ]
        composing = functools.partial(compose, self.loader, self.master)
        if settings is None:
            return Plan(experiment, given, composing)
        plan = Plan(experiment, settings.start(given), composing, looks=[])
        take_up(plan)
        return plan

    def _made(self, plan: Plan, settings: Settings | None, foreseen: str) -> Sequence[JobReturn]:
        print(f"experiment={plan.experiment.name}: {plan.experiment.question}", flush=True)
        path = plan_file.write(plan, typed())
        os.environ[EXPERIMENT] = plan.experiment.name
        config = plan.runs[-1][1].config
        findings = config.paths.experiments
        page = home(findings, plan.folder, config.precision) / PAGE
        said = (foreseen, plan.spared, f"as runs finish: {page}")
        print("\n".join(filter(None, said)), flush=True)
        make = functools.partial(self._launched, plan)
        with live_page(path, findings):
            returns = Loop(plan, settings, typed(), make).run() if settings else make(plan.runs)
        report(path, findings, config.logger)
        return returns

    def _launched(self, plan: Plan, runs: Sequence[tuple[str, PlannedRun]]) -> Sequence[JobReturn]:
        arms = {run.overrides: label for label, run in runs}
        return self.launch([run.overrides for _, run in runs], _titles(plan, runs), arms)


def _titles(plan: Plan, runs: Sequence[tuple[str, PlannedRun]] | None = None) -> Names:
    """Return the titles of some of a plan's runs, or of all of them."""
    return titles(plan.runs if runs is None else runs, plan.turned)


def _require_claims(experiment: Experiment) -> None:
    """Refuse a claim that can't be tested, before anything is trained for it.

    Raises:
        UserError: a claim is invalid; the message names the experiment and the claim.
    """
    try:
        require_arms(read_claims(experiment.claims), [*experiment.arms, *experiment.left_out])
    except UserError as error:
        raise UserError(f"experiment={experiment.name}: {error}") from None
