"""Grids in which some arms are fitted: they learn, so they have seeds, but nothing is trained."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from helpers.composing import CONF, ROOT
from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment
from shoal.grid.plan import Plan
from shoal.grid.plan_file import content
from shoal.grid.tuned import judge, tried
from shoal.grid.tuning import Tuning
from shoal.runs.resolvers import register_resolvers
from shoal.seeding.loop import seeds_of

RIDGE = "_target_: helpers.fits.Ridge\nscale: ${scale}\nridge: 1e-3\n"
MIX = """
# @package _global_
hydra: {mode: MULTIRUN}
experiment:
  question: What does a fit reach beside a training?
  factors: [model]
  baseline: ridge
  arms:
    bicubic: [model=bicubic]
    ridge: [model=ridge]
    espcn: [model=espcn]
"""
BICUBIC, FIT, TRAINING = ("model=bicubic",), ("model=ridge",), ("model=espcn",)
Planned = Callable[..., Plan]


def write_configs(folder: Path) -> Path:
    for group, name, text in (("model", "ridge", RIDGE), ("experiment", "mix", MIX)):
        (folder / group).mkdir(parents=True)
        (folder / group / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    """The plan of an experiment of these factors and arms, with two seeds."""

    def plan(factors: Sequence[str], **arms: tuple[str, ...]) -> Plan:
        register_resolvers()
        words = [f"hydra.searchpath=[file://{write_configs(tmp_path / 'own')}]"]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            loader: Any = GlobalHydra.instance().hydra.config_loader
        master = loader.load_configuration("config", words, RunMode.MULTIRUN)
        given = [["budget=smoke", f"seed={seed}", f"paths.runs={tmp_path}"] for seed in (0, 1)]
        experiment = Experiment("mix", "What is it?", tuple(factors), arms)
        return Plan(experiment, given, partial(compose, loader, master))

    return plan


def test_a_fitted_arm_has_seeds_and_takes_more_of_them(planned: Planned) -> None:
    slow = (*TRAINING, "task.optimizer.lr=1e-4")
    factors = ["model", "task.optimizer.lr"]
    plan = planned(factors, bicubic=BICUBIC, ridge=FIT, ees=("model=ees",), slow=slow)
    rows = [(row["arm"], row["seed"]) for row in content(plan, "")["runs"]]
    arms = ("ees", "ridge", "slow")
    assert sorted(rows[1:]) == [(arm, seed) for arm in arms for seed in (0, 1)]
    assert rows[0] == ("bicubic", None)
    assert plan.turned["ridge"] == {"model": "ridge"}
    plan.add("ridge", 2)
    assert seeds_of(plan)["ridge"] == {0, 1, 2}


def test_arms_that_are_all_fitted_are_an_experiment(planned: Planned) -> None:
    weak, strong = (*FIT, "model.ridge=1e-4"), (*FIT, "model.ridge=1e-1")
    plan = planned(["model.ridge"], bicubic=BICUBIC, weak=weak, strong=strong)
    assert plan.turned["weak"] == {"model.ridge": 1e-4}


def test_each_arm_is_tuned_by_what_is_its_own(planned: Planned) -> None:
    plan = planned(["model"], bicubic=BICUBIC, ridge=FIT, espcn=TRAINING, ees=("model=ees",))
    rate = Tuning("task.optimizer.lr", (1e-3, 1e-2), (0,), "t91_judge", "smoke")
    assert {label for label, _ in tried(plan, rate).values()} == {"espcn", "ees"}
    arms = judge(plan, rate).experiment.arms
    assert "bicubic" in arms
    assert "ridge" not in arms  # it would be fitted for nothing


@pytest.mark.slow
def test_a_grid_with_a_fitted_arm_is_made_reported_listed_and_taken_on(
    tmp_path: Path, cache: Path, small_pictures: tuple[str, str]
) -> None:
    write_configs(tmp_path / "own")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "SHOAL_CACHE": str(cache)}

    def done(*command: str) -> str:
        words = [sys.executable, *command]
        place: Any = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
        ended = subprocess.run(words, **place)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def shoal(*words: str) -> str:
        return done("-c", "from shoal.cli import main; main()", *words)

    length = ("budget=smoke", "budget.max_steps=4", "budget.val_every=2", "trainer=cpu")
    train = [str(ROOT / "train.py"), "--config-dir", "own", *small_pictures, *length]
    train += ["logger=none", "seed=0,1"]
    joint = done(*train, "-m", "model=bicubic,ridge,espcn")
    assert len(re.findall(r"ridge-x3-s[01]-\w{8} starts", joint)) == 2
    assert "ridge" in joint.split("all runs, protocol classic")[1]
    assert "5 finished already" in done(*train, "experiment=mix", "plan=true")
    done(*train, "experiment=mix")
    (report,) = (tmp_path / "reports" / "mix").glob("folder-x3-smoke-*")
    assert "fitted" in (report / "README.md").read_text()
    listed = shoal("runs", "list", "--columns", "id,state,seed,step")
    assert len(re.findall(r"ridge\S* .* fitted", listed)) == 2
    assert shoal("runs", "verify", "--trust").count("as recorded") == 5
    assert "ridge on photos-val x3" in shoal("runs", "explain", "ridge", "--set", "photos-val")
    assert shoal("runs", "merge", "runs", "--runs", "merged", "--trust").count("ridge-") == 2
    adopted = shoal("runs", "adopt", str(report), "--runs", "adopted")
    assert len(re.findall(r"ridge\S+ +adopted", adopted)) == 2
    again = done(*train, "experiment=mix", "paths.runs=adopted", "plan=true")
    assert "5 finished already" in again
