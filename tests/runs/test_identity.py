"""What a run is called."""

import csv
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest

from helpers.composing import ROOT, configured
from shoal.runs.identity import run_id

DIGEST = "d" * 64


def identity(*overrides):
    return run_id(configured("budget=smoke", *overrides), DIGEST)


def test_the_folder_is_named_by_model_scale_seed_and_digest():
    name, digest = identity("model=eed", "scale=4", "seed=7").rsplit("-", 1)
    assert name == "eed-x4-s7"
    assert len(digest) == 8
    assert int(digest, 16) >= 0


@pytest.mark.parametrize(
    "override",
    [
        "model=ees",
        "model.deep.units=3",
        "scale=2",
        "seed=1",
        "task.init=interpolating",
        "task/loss=l1",
        "task.optimizer.lr=1e-4",
        "task/ema=decay",
        "budget.max_steps=21",
        "trainer.precision=bf16-mixed",
    ],
)
def test_what_decides_the_weights_decides_the_name(override):
    assert identity(override) != identity()


@pytest.mark.parametrize(
    "override",
    [
        "logger=none",
        "logger=csv",
        "paths.runs=elsewhere",
        "paths.cache=elsewhere",
        "protocol=rgb",
        "jobs=2",
        "force=true",
        "data_workers=3",
        "trainer=cpu",
        "data.test=[Set14]",
    ],
)
def test_what_decides_no_weight_does_not(override):
    assert identity(override) == identity()


def test_the_training_pictures_content_enters_and_their_name_does_not():
    cfg = configured("budget=smoke")
    assert run_id(cfg, "a" * 64) != run_id(cfg, "b" * 64)
    renamed = replace(cfg, data=replace(cfg.data, name="another"))
    assert run_id(renamed, DIGEST) == identity()


def test_an_untrained_model_has_neither_seed_nor_task_nor_budget_in_its_name():
    assert identity("model=bicubic", "seed=3") == identity(
        "model=bicubic", "task.init=interpolating"
    )
    assert identity("model=bicubic").startswith("bicubic-x3-")
    quick, paper = (configured("model=bicubic", f"budget={name}") for name in ("quick", "paper"))
    assert run_id(quick, DIGEST) == run_id(paper, DIGEST)


def test_an_untrained_model_scored_on_fewer_pictures_is_another_run():
    assert run_id(configured("model=bicubic"), DIGEST) != identity("model=bicubic")


def test_an_experiment_does_not_enter():
    assert identity("model=eed", "experiment=ablation") == identity("model=eed")


def committed() -> Iterator[dict[str, str]]:
    """A row of each run that committed findings name."""
    rows = {}
    for path in sorted((ROOT / "experiments").rglob("runs.csv")):
        with path.open(newline="") as file:
            rows |= {row["id"]: row for row in csv.DictReader(file)}
    yield from rows.values()


def test_every_committed_run_would_have_its_name_today() -> None:
    renamed, count = {}, 0
    for row in committed():
        overrides = [text for text in shlex.split(row["command"])[2:] if "hydra.mode" not in text]
        named = run_id(configured(*overrides), row["data_digests/train"])
        renamed |= {row["id"]: named} if named != row["id"] else {}
        count += 1
    assert not renamed, "a run that is kept somewhere would be trained again"
    assert count > 150
