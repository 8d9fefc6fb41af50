"""A grid's plan: the folder of its findings, and its file."""

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from hydra.core.config_loader import ConfigLoader

from helpers.plans import experiment, master, plan_of
from shoal.errors import UserError
from shoal.grid.composing import compose
from shoal.grid.experiment_asked import read
from shoal.grid.plan import Plan
from shoal.grid.plan_file import write


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


def test_fewer_seeds_never_take_the_folder_of_more_and_more_seeds_keep_it(
    loader: ConfigLoader, tmp_path: Path
) -> None:
    def plan(*seeds: int) -> Plan:
        paths = f"paths.experiments={tmp_path}"
        return plan_of(loader, "initialisation", *([f"seed={seed}", paths] for seed in seeds))

    plain = "initialisation/sample-x3-quick"
    kept = [row | {"state": "finished"} for row in plan(0, 1).rows()]
    (tmp_path / plain).mkdir(parents=True)
    pd.DataFrame(kept).astype({"seed": "Int64"}).to_csv(tmp_path / plain / "runs.csv", index=False)
    (tmp_path / plain / "study.json").write_text('{"precision": "32-true"}')
    assert plan(0, 1).folder == plan(0, 1, 2).folder == plain
    assert plan(0, 1).spared == ""
    fewer = plan(1)
    assert fewer.folder == f"{plain}-{fewer.digest}"
    assert fewer.spared == (
        f"{tmp_path / plain} has 4 more runs and is kept: these findings go to "
        f"{tmp_path / fewer.folder}"
    )


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


def test_a_grid_that_is_refused_leaves_no_plan(loader: ConfigLoader, tmp_path: Path) -> None:
    given = ["data=t91", f"paths.data={tmp_path}", f"paths.runs={tmp_path / 'runs'}"]
    plan = plan_of(loader, "ablation", given)
    with pytest.raises(UserError, match="shoal data fetch t91"):
        write(plan, "python train.py experiment=ablation data=t91")
    assert not (tmp_path / "runs").exists()
