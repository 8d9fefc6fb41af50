"""Tuned arms: the judge's grid, what it chooses, and the study at both values."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from helpers.composing import CONF, configured
from helpers.grids import Grid
from shoal.errors import UserError
from shoal.grid.composing import compose
from shoal.grid.experiment_asked import read
from shoal.grid.plan import Plan
from shoal.grid.tuned import judge, own, tried
from shoal.grid.tuning import tuning
from shoal.results.tuning import chosen
from shoal.runs.resolvers import register_resolvers
from shoal.runs.run import Run

COMMON = ("data=t91_brief", "budget=quick")


def planned(*words: str, experiment: str = "ablation") -> Plan:
    """The plan of a command, of one seed."""
    register_resolvers()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader: Any = GlobalHydra.instance().hydra.config_loader
    texts = [f"experiment={experiment}", *words]
    master = loader.load_configuration("config", texts, RunMode.MULTIRUN)
    return Plan(read(loader, master), [[*COMMON, "seed=3"]], partial(compose, loader, master))


def test_trials_are_the_ordinary_runs_of_their_commands() -> None:
    plan = planned("tune=true")
    asked = tuning(plan.experiment)
    assert asked is not None
    judging, trials = judge(plan, asked), tried(plan, asked)
    ids = {run.folder.id for _, run in judging.runs}
    assert len(ids) == 5 * 3 * 2 + 1  # and bicubic, the level that none may end below
    assert trials["dcnn lr=0.0003"] == ("dcnn", 0.0003)
    words = ("model=dcnn", "data=t91_judge", "task.optimizer.lr=1e-3", "seed=1", "budget=quick")
    assert Run.of(configured(*words)).folder.id in ids


def test_one_arm_of_a_study_can_be_tuned_alone() -> None:
    """The factor that it would turn beside the others is none of its trials'."""
    plan = planned("arms=[bicubic,eeds]", "tune=true")
    asked = tuning(plan.experiment)
    assert asked is not None
    assert len(judge(plan, asked).experiment.arms) == 1 + len(asked.values)


def test_each_arm_stands_at_its_own_value_and_all_else_is_as_it_was() -> None:
    plan = planned("tune=true")
    asked = tuning(plan.experiment)
    assert asked is not None
    values = {"ees": 3e-3, "eed": 1e-3, "eeds": 1e-3, "dcnn": 3e-4, "dscnn": 3e-3}
    mine = own(plan, asked, values, [])
    rates = {label: run.config.task.optimizer.get("lr") for label, run in mine.runs}
    assert {label: rates[label] for label in values} == values
    same = dict(plan.runs)["ees"].folder.id  # at the value that is the common one too
    assert dict(mine.runs)["ees"].folder.id == same
    assert mine.folder == "ablation/t91_brief-x3-quick-tuned"
    assert mine.digest != plan.digest
    assert mine.experiment.tuned["common"]["dcnn"] == 3e-3


def test_a_plan_without_tuning_is_what_it_was() -> None:
    assert planned().digest == planned("tune=false").digest == planned("tune=true").digest
    assert planned().experiment.tune is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("experiment.tune.data=t91", "would judge by Set5, a test set"),
        ("experiment.tune.values=[1e-3]", "is no list of two or more values"),
        ("experiment.tune.seeds=[]", "is no list of seeds"),
        ("experiment.tune.key=model", "is a factor of the experiment"),
        ("tune=often", "tune=often is neither true nor false"),
    ],
)
def test_what_can_t_be_tuned_is_refused_in_one_line(words: str, said: str) -> None:
    def judged() -> None:
        plan = planned("tune=true", words)
        asked = tuning(plan.experiment)
        assert asked is not None
        judge(plan, asked)

    with pytest.raises(UserError, match=r"^experiment=ablation: tune") as refusal:
        judged()
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_tuning_an_experiment_that_doesn_t_say_how_is_refused() -> None:
    with pytest.raises(UserError, match="doesn't say how: give it a part tune:"):
        planned("tune=true", experiment="literature")


def test_a_value_with_a_collapsed_run_never_wins_over_one_without() -> None:
    def trial(value: float, psnr: float | None, survived: int) -> dict[str, Any]:
        return {"arm": "dcnn", "value": value, "psnr": psnr, "survived": survived, "ended": 2}

    def taken(*trials: dict[str, Any], common: float = 0.0) -> float:
        return chosen(list(trials), {"dcnn": common}, 0.05)["dcnn"]

    high, safe, low = trial(3e-3, 33.0, 1), trial(1e-3, 32.0, 2), trial(3e-4, 31.0, 2)
    assert taken(high, safe, low) == taken(high, safe, low, common=3e-3) == 1e-3
    assert taken(low, trial(1e-3, 31.0, 2)) == 3e-4  # the first of equals
    assert taken(trial(3e-3, None, 0), high) == 3e-3
    nothing = trial(1e-3, None, 0), trial(3e-3, None, 0)
    assert [taken(*nothing, common=value) for value in (0.0, 3e-3)] == [1e-3, 3e-3]


@pytest.mark.parametrize(("lead", "taken"), [(0.04, 3e-3), (0.06, 1e-3), (-1.0, 3e-3)])
def test_the_common_value_stays_unless_another_leads_it_by_more_than_the_margin(
    lead: float, taken: float
) -> None:
    trials = [
        {"arm": "eed", "value": value, "psnr": psnr, "survived": 2, "ended": 2}
        for value, psnr in {3e-4: 31.0, 1e-3: 32.0 + lead, 3e-3: 32.0}.items()
    ]
    assert chosen(trials, {"eed": 3e-3}, 0.05) == {"eed": taken}
    assert chosen(trials, {"eed": 1e-2}, 0.05) == {"eed": 1e-3 if lead > 0 else 3e-3}  # not tried


TUNED = """
# @package _global_
hydra: {mode: MULTIRUN}
experiment:
  question: Which of these is better?
  factors: [model]
  baseline: ees
  arms:
    bicubic: [model=bicubic]
    ees: [model=ees]
    espcn: [model=espcn]
  claims:
    T1: {says: ESPCN is better, tests: [{measure: psnr, greater: [espcn], lesser: [ees]}]}
  tune: {key: task.optimizer.lr, values: [1e-2, 1e-3], seeds: [0], data: sample}
"""


@pytest.mark.slow
def test_a_tuned_grid_runs_both_studies_reports_them_side_by_side_and_reuses_all(
    tmp_path: Path,
) -> None:
    """Of runs that stand in: the nearer the rate to 1e-3, the better; 3e-3 is the common one."""
    grid = Grid(tmp_path)
    (tmp_path / "own" / "experiment").mkdir(parents=True)
    (tmp_path / "own" / "experiment" / "two.yaml").write_text(TUNED)
    words = ("--config-dir", "own", "experiment=two", "budget=smoke", "jobs=2")
    done = grid.issue(*words)
    assert done.code == 0, done.err
    plans = {path.stem[:-9] for path in (grid.runs / ".experiments").glob("two*.json")}
    assert plans == {"two", "two_tuning"}
    (tuned,) = (
        plan
        for path in (grid.runs / ".experiments").glob("two-*.json")
        if (plan := json.loads(path.read_text())).get("tuned")
    )
    assert tuned["tuned"]["chosen"] == {"ees": 1e-3, "espcn": 1e-3}
    assert [row["psnr"] for row in tuned["tuned"]["trials"]] == [29.0, 30.0] * 2
    trials = sorted(tmp_path.glob("reports/two_tuning/*/*"))
    assert {path.name for path in trials} >= {"README.md", "runs.csv", "curves.csv", "study.json"}
    assert not [path for path in trials if path.suffix in (".svg", ".png")]
    text = (tmp_path / "reports" / "two" / "sample-x3-smoke-tuned" / "README.md").read_text()
    for part in ("## What was tried", "One lr for all, and each arm's own", "Verdicts at both"):
        assert part in text
    assert "| 0.003" in text  # the common rate, beside 0.001
    again = grid.issue(*words)
    assert (again.code, again.started) == (0, [])
    assert (tmp_path / "reports" / "two" / "sample-x3-smoke" / "README.md").is_file()
