"""Grids before they start: arms, plans, what is on disk, how long it takes."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from helpers.composing import CONF, options
from shoal.errors import UserError
from shoal.grid import estimate
from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment, read
from shoal.grid.fairness import require_fair
from shoal.grid.local import LocalRunner
from shoal.grid.plan import Plan
from shoal.grid.plan_file import write
from shoal.grid.planned import PlannedRun, State, distinct
from shoal.grid.runner import share_of_cores
from shoal.runs.config import register_resolvers
from shoal.runs.duration import seconds_left
from shoal.system.variables import THREADS

Composing = Callable[..., PlannedRun]


@pytest.fixture(scope="module")
def loader() -> ConfigLoader:
    register_resolvers()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return GlobalHydra.instance().hydra.config_loader


@cache
def master(loader: ConfigLoader, *overrides: str) -> DictConfig:
    return loader.load_configuration("config", list(overrides), RunMode.MULTIRUN)


@pytest.fixture
def planned(loader: ConfigLoader, tmp_path: Path) -> Composing:
    """Composes a run that lies in the test's own folder."""
    config = master(loader)

    def make(*overrides: str) -> PlannedRun:
        return compose(loader, config, [*overrides, f"paths.runs={tmp_path}"])

    return make


@cache
def experiment(loader: ConfigLoader, name: str) -> Experiment:
    return read(loader, master(loader, f"experiment={name}"))


def plan_of(loader: ConfigLoader, name: str, *combinations: list[str]) -> Plan:
    """The plan of `experiment=NAME`, asked for these combinations of overrides."""
    config = master(loader, f"experiment={name}")
    params = OmegaConf.to_container(config.hydra.sweeper.params)
    default = [[f"scale={scale}"] for scale in params.get("scale", "3").split(",")]
    composing = partial(compose, loader, config)
    return Plan(experiment(loader, name), combinations or default, composing)


@pytest.mark.parametrize("name", options("experiment"))
def test_every_experiment_composes_and_its_arms_differ_in_its_factors_alone(
    loader: ConfigLoader, name: str
) -> None:
    plan = plan_of(loader, name)  # refuses unfair arms
    assert next(iter(plan.experiment.arms)) == "bicubic"
    asked = rf"{name}/(sample|t91|t91_brief|t91_judge|general291)-x[234]([+][34])*-(quick|long)"
    assert re.fullmatch(asked, plan.folder)  # without a digest: the question as it is asked
    text = (CONF / "experiment" / f"{name}.yaml").read_text()
    assert f"#   python train.py experiment={name}\n" in text
    assert "# Time: " in text


def test_experiments_share_the_runs_they_have_in_common(loader: ConfigLoader) -> None:
    ablation, shallow, depth = (
        {label: run.folder.id for label, run in plan_of(loader, name).runs}
        for name in ("ablation", "shallow", "depth")
    )
    assert ablation["eeds"] == shallow["eeds"] == depth["eeds-2"]
    assert ablation["bicubic"] == shallow["bicubic"]
    assert len({shallow[label] for label in ("eeds", "eed+bicubic", "eed+srcnn")}) == 3


def test_an_arm_left_out_or_added_changes_no_run_of_the_others(loader: ConfigLoader) -> None:
    def runs(*overrides: str) -> dict[str, str]:
        config = master(loader, "experiment=literature", *overrides)
        composing = partial(compose, loader, config)
        plan = Plan(read(loader, config), [["scale=3"]], composing)
        return {label: run.folder.id for label, run in plan.runs}

    whole = runs()
    without = runs("~experiment.arms.drcn")
    assert without == {label: run for label, run in whole.items() if label != "drcn"}
    more = runs("+experiment.arms.ees_slow=['model=ees','task.optimizer.lr=1e-4']")
    assert more.items() > whole.items()
    assert "ees_slow" in more


def test_the_arms_that_are_named_are_made_alone_and_claims_know_the_others(
    loader: ConfigLoader,
) -> None:
    def asked(*overrides: str) -> Experiment:
        return read(loader, master(loader, "experiment=shallow", *overrides))

    found = asked("arms=[eed+bicubic,eeds]")
    assert found.arms == {name: asked().arms[name] for name in ("eed+bicubic", "eeds")}
    assert found.left_out == ("bicubic", "eed", "eed+srcnn")
    fast = read(loader, master(loader, "experiment=multiscale", "arms=[1-3-5-7,3]"))
    assert list(fast.arms) == ["1-3-5-7", "3"]
    for wrong, said in (
        ("arms=[eedz]", r"experiment=shallow: arms=eedz is unknown \(did you mean eed\?\)"),
        (
            "arms=eed",
            r"experiment=shallow: arms=eed is no list of arms: write arms=\[bicubic,eed\]",
        ),
        ("arms=[]", r"arms=\[\] is no list"),
    ):
        with pytest.raises(UserError, match=said):
            asked(wrong)


def test_arms_without_an_experiment_are_refused(loader: ConfigLoader) -> None:
    config = master(loader)
    with pytest.raises(UserError, match=r"arms=\[\.\.\.\] chooses from an experiment's"):
        compose(loader, config, ["model=eed", "arms=[eed]"])


def doctored(loader: ConfigLoader, arms: dict[str, list[str]], *factors: str) -> None:
    made_up = Experiment("doctored", "?", factors, {name: tuple(arms[name]) for name in arms})
    config = master(loader)
    require_fair(made_up, {name: compose(loader, config, arms[name]) for name in arms})


def test_arms_that_differ_in_more_than_the_factor_are_refused_by_the_keys(
    loader: ConfigLoader,
) -> None:
    arms = {"two": ["model=eed"], "three": ["model=eed", "model.units=3"]}
    doctored(loader, arms, "model.units")
    arms["three"] += ["task.optimizer.lr=0.1", "budget.batch_size=5"]
    with pytest.raises(UserError, match=r"two and three differ in task\.optimizer\.lr, budget"):
        doctored(loader, arms, "model.units")


def test_an_expensive_arm_may_be_validated_less_often_but_not_trained_for_less(
    loader: ConfigLoader,
) -> None:
    arms = {"two": ["model=eed"], "three": ["model=eed", "model.units=3", "budget.val_every=720"]}
    doctored(loader, arms, "model.units")
    arms["three"] += ["budget.max_steps=720"]
    with pytest.raises(UserError, match=r"two and three differ in budget\.max_steps"):
        doctored(loader, arms, "model.units")


def test_a_partner_that_hides_a_change_of_the_deep_network_is_refused(loader: ConfigLoader) -> None:
    arms = {"eed": ["model=eed"], "eeds": ["model=eeds", "model.deep.units=3"]}
    with pytest.raises(UserError, match=r"eed and eeds differ in model\.deep\.units"):
        doctored(loader, arms, "model.shallow")


def test_bicubic_may_differ_by_being_bicubic_alone(loader: ConfigLoader) -> None:
    arms = {"bicubic": ["model=bicubic", "data=t91"], "eed": ["model=eed"], "ees": ["model=ees"]}
    with pytest.raises(UserError, match=r"eed and bicubic differ in data\.name"):
        doctored(loader, arms, "model")


def test_arms_that_are_one_run_or_turn_nothing_are_refused(loader: ConfigLoader) -> None:
    twins = {"a": ["model=eed"], "b": ["model=eed", "model.units=2"], "c": ["model=ees"]}
    with pytest.raises(UserError, match="a and b are one run"):
        doctored(loader, twins, "model")
    with pytest.raises(
        UserError, match=r"don't turn task\.init: leave it out, 'experiment\.factors=\[model\]'"
    ):
        doctored(loader, {"a": ["model=eed"], "b": ["model=ees"]}, "model", "task.init")


def test_the_user_may_not_say_what_the_arms_say(loader: ConfigLoader) -> None:
    with pytest.raises(UserError, match="model=eed: the arms of experiment=ablation set model"):
        plan_of(loader, "ablation", ["model=eed"])


def test_an_experiment_is_repeated_over_scale_and_seed_alone(loader: ConfigLoader) -> None:
    with pytest.raises(UserError, match="protocol is swept"):
        plan_of(loader, "ablation", ["protocol=classic"], ["protocol=rgb"])


@pytest.mark.parametrize(
    ("folder", "combinations"),
    [
        ("sample-x3-quick", [["data=sample", "budget=quick", "seed=0", "scale=3", "jobs=2"]]),
        ("t91-x3-standard", [["data=t91", "budget=standard"]]),
        ("sample-x3-quick", [["paths.runs=elsewhere"]]),
        ("sample-x3-quick", [["trainer.precision=bf16-mixed"]]),
        ("sample-x2+3-quick", [["scale=2"], ["scale=3"]]),
        ("sample-x3-quick", [["seed=0"], ["seed=1"]]),
    ],
)
def test_findings_lie_in_a_folder_named_by_the_question(
    loader: ConfigLoader, folder: str, combinations: list[list[str]]
) -> None:
    assert plan_of(loader, "ablation", *combinations).folder == f"ablation/{folder}"


@pytest.mark.parametrize(
    "change", ["budget.max_steps=7", "protocol=rgb", "task.init=interpolating"]
)
def test_another_question_never_writes_over_the_findings_of_the_default(
    loader: ConfigLoader, change: str
) -> None:
    folder = plan_of(loader, "ablation", [change]).folder
    assert folder.startswith("ablation/sample-x3-quick-")
    assert len(folder.rpartition("-")[2]) == 8


@pytest.mark.parametrize(
    "change",
    ["arms=[bicubic,eed,eeds]", "~experiment.arms.dcnn", "+experiment.arms.a=['model=srcnn']"],
)
def test_other_arms_never_write_over_the_findings_of_all(loader: ConfigLoader, change: str) -> None:
    config = master(loader, "experiment=ablation", change)
    folders = {
        Plan(read(loader, config), [["seed=0"]], partial(compose, loader, config), looks).folder
        for looks in (None, [])
    }
    assert len(folders) == 2
    assert all(len(each.removeprefix("ablation/sample-x3-quick-")) == 8 for each in folders)


@pytest.mark.parametrize(("seed", "marked"), [("seed=0", False), ("seed=6", True)])
def test_a_question_asked_anew_of_fresh_seeds_keeps_the_earlier_findings(
    loader: ConfigLoader, seed: str, marked: bool
) -> None:
    config = master(loader, "experiment=ablation")
    plan = Plan(experiment(loader, "ablation"), [[seed]], partial(compose, loader, config), [])
    assert (plan.folder != "ablation/sample-x3-quick") == marked


def test_the_plan_on_disk_names_every_run_once(loader: ConfigLoader, tmp_path: Path) -> None:
    paths = f"paths.runs={tmp_path}"
    plan = plan_of(loader, "initialisation", ["seed=0", paths], ["seed=1", paths])
    path = write(plan, "python train.py experiment=initialisation seed=0,1")
    assert path.parent == tmp_path / ".experiments"
    content = json.loads(path.read_text())
    assert content["seeds"] == [0, 1]
    assert content["test_sets"] == ["Sample"]
    assert content["arms"][0]["factor"] == {"model": "bicubic"}
    assert content["arms"][-1] == {
        "label": "eeds-interpolating",
        "factor": {"model.shallow": "ees", "task.init": "interpolating"},
        "overrides": ["model=eeds", "task.init=interpolating"],
    }
    keys = [(run["arm"], run["scale"], run["seed"]) for run in content["runs"]]
    assert len(keys) == len(set(keys)) == 1 + 4 * 2
    assert keys[0] == ("bicubic", 3, None)


def test_a_seed_or_scale_set_late_gives_the_run_that_hydra_composes(
    loader: ConfigLoader, planned: Composing
) -> None:
    late = planned("model=eeds", "scale=2", "seed=5")
    whole = loader.load_configuration("config", ["model=eeds", "scale=2", "seed=5"], RunMode.RUN)
    assert late.config.budget.patch_size == 24
    assert late.config.model["deep"]["scale"] == 2
    assert OmegaConf.to_container(whole.budget, resolve=True) == asdict(late.config.budget)
    assert late.folder.id.startswith("eeds-x2-s5-")


def test_an_override_that_does_not_matter_makes_no_other_run(planned: Composing) -> None:
    runs = [
        planned("model=ees"),
        planned("model=ees", "data_workers=2"),
        planned("model=ees", "protocol=rgb"),
    ]
    runs += [planned("model=bicubic", f"seed={seed}") for seed in (0, 1, 2)]
    assert [(one.config.name, one.config.protocol) for one in distinct(runs)] == [
        ("ees", "classic"),
        ("ees", "rgb"),
        ("bicubic", "classic"),
    ]


def finish(run: PlannedRun, **facts: Any) -> None:
    """Leave what a finished run leaves, as far as grids look at it."""
    folder = run.folder
    folder.create()
    folder.write("config.yaml", run.config.yaml())
    scores = {
        each.name: {run.config.protocol: {"images": len(each.files)}} for each in run.selection.test
    }
    times = {"started_at": "2026-01-01T10:00:00+00:00", "finished_at": "2026-01-01T10:10:00+00:00"}
    record = {"scores": scores, "resumed": 0, "seconds": 500.0, "threads": 2, "accelerator": "cpu"}
    digests = {"data_digests": run.selection.digests()}
    folder.write_json("record.json", record | times | digests | facts)


def test_a_record_is_reused_where_it_has_the_scores_that_are_asked_for(
    planned: Composing,
) -> None:
    one = planned("model=ees")
    assert one.state() == State.TODO
    finish(one)
    assert one.state() == State.FINISHED
    assert planned("model=ees", "protocol=rgb").state() == State.TODO
    assert planned("model=ees", "force=true").state() == State.TODO
    finish(one, scores={"Sample": {"classic": {"images": 1}}})
    assert one.state() == State.TODO
    finish(one, data_digests=one.selection.digests() | {"Sample": "of other pictures"})
    assert one.state() == State.TODO


def test_a_diverged_run_is_done_unless_forced_and_a_failed_one_is_not(
    planned: Composing,
) -> None:
    one = planned("model=ees")
    one.folder.create()
    one.folder.set_status("diverged", step=7)
    assert one.state() == State.DIVERGED
    assert planned("model=ees", "force=true").state() == State.TODO
    one.folder.set_status("failed")
    assert one.state() == State.TODO


def test_a_missing_picture_is_named_before_anything_starts(
    planned: Composing, tmp_path: Path
) -> None:
    one = planned("model=ees", "data=t91", f"paths.data={tmp_path}")
    with pytest.raises(UserError, match="shoal data fetch t91"):
        LocalRunner([planned("model=eed"), one], at_once=1)


def test_a_grid_that_is_refused_leaves_no_plan(loader: ConfigLoader, tmp_path: Path) -> None:
    given = ["data=t91", f"paths.data={tmp_path}", f"paths.runs={tmp_path / 'runs'}"]
    plan = plan_of(loader, "ablation", given)
    with pytest.raises(UserError, match="shoal data fetch t91"):
        write(plan, "python train.py experiment=ablation data=t91")
    assert not (tmp_path / "runs").exists()


def test_time_is_measured_on_the_same_network_or_unknown(planned: Composing) -> None:
    def left(*overrides: str, threads: int | None = 2) -> float | None:
        return seconds_left(planned("model=eed", *overrides).run, threads)

    # 3600 steps in 500 s, 16 validations in 60 s, 40 s of scoring; 10 s passed before all that.
    finish(planned("model=eed", "seed=1"), start_seconds=10.0, scoring_seconds=40.0)
    assert left() == 610
    assert left(threads=1) == 1210  # importing takes no more time
    assert left("budget.max_steps=720", threads=None) == 10 + 100 + 60 * 4 / 16 + 40
    assert left("model.units=3") is None
    assert left("scale=2") is None


def test_time_left_of_a_run_that_was_interrupted_is_that_of_the_rest(
    planned: Composing,
) -> None:
    finish(planned("model=eed", "seed=1"), scoring_seconds=100.0)
    begun = planned("model=eed")
    begun.folder.create()
    (begun.folder.checkpoints / "step-000000900-00.ckpt").touch()
    assert seconds_left(begun.run, threads=2) == 0.75 * 500 + 100
    begun.folder.set_status("running", step=1800)
    with begun.folder.locked():  # at work, and further than what it has saved
        assert seconds_left(begun.run, threads=2) == 0.5 * 500 + 100


def test_a_damaged_record_keeps_no_run_from_its_work(planned: Composing) -> None:
    done = planned("model=eed", "seed=1")
    finish(done)
    done.folder.write("record.json", "{")
    assert seconds_left(planned("model=eed").run, threads=2) is None


def test_bicubic_takes_the_same_time_under_every_budget(planned: Composing) -> None:
    finish(planned("model=bicubic"))
    assert seconds_left(planned("model=bicubic", "budget=paper").run, threads=None) == 600


def test_what_is_not_known_is_said(planned: Composing) -> None:
    finish(planned("model=eed", "seed=1"))
    known, unknown = planned("model=eed"), planned("model=ees")
    assert estimate.together([known, known], 2, at_once=2) == "about 10 min"
    assert (
        estimate.together([known, unknown], 2, at_once=1)
        == "about 10 min and 1 run of unknown length"
    )
    assert estimate.together([unknown], 2, at_once=1) == ""


def test_cores_are_shared_out_unless_the_user_has_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert share_of_cores(1) is None
    assert share_of_cores(3) == 2
    assert share_of_cores(99) == 1
    monkeypatch.setenv(THREADS, "5")
    assert share_of_cores(3) == 5
