"""What a run is called."""

import csv
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from helpers.composing import ROOT, configured, options
from shoal.data.catalog import usual
from shoal.data.selection import select
from shoal.runs.config import RunConfig
from shoal.runs.identity import Content, run_id
from shoal.runs.values import START

CONTENT = Content("d" * 64)


def identity(*overrides):
    return run_id(configured("budget=smoke", *overrides), CONTENT)


def selected(config):
    data = config.data
    return select(data.train, data.val, data.test)


def named(config):
    return run_id(config, Content.of(config, selected(config)))


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
        "data.copies=[0.8]",
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
        "data.copies=[]",
    ],
)
def test_what_decides_no_weight_does_not(override):
    assert identity(override) == identity()


def test_the_training_pictures_content_enters_and_their_name_does_not():
    cfg = configured("budget=smoke")
    assert run_id(cfg, Content("a" * 64)) != run_id(cfg, Content("b" * 64))
    renamed = replace(cfg, data=replace(cfg.data, name="another"))
    assert run_id(renamed, CONTENT) == identity()


def test_an_untrained_model_has_neither_seed_nor_task_nor_budget_in_its_name():
    assert identity("model=bicubic", "seed=3") == identity(
        "model=bicubic", "task.init=interpolating"
    )
    assert identity("model=bicubic").startswith("bicubic-x3-")
    quick, paper = (configured("model=bicubic", f"budget={name}") for name in ("quick", "paper"))
    assert run_id(quick, CONTENT) == run_id(paper, CONTENT)


def test_smaller_copies_enter_the_names_of_what_learns_alone_and_in_no_order():
    both = [identity(f"data.copies={copies}") for copies in ("[0.9,0.6]", "[0.6,0.9]")]
    assert len({*both, identity("data.copies=[0.9]")}) == 2
    assert identity("model=bicubic", "data.copies=[0.9]") == identity("model=bicubic")


def test_an_untrained_model_scored_on_fewer_pictures_is_another_run():
    assert run_id(configured("model=bicubic"), CONTENT) != identity("model=bicubic")


def test_an_experiment_does_not_enter():
    assert identity("model=eed", "experiment=ablation") == identity("model=eed")


TRAINED_ON = [name for name in options("data") if name != "folder"]


@pytest.mark.parametrize("name", TRAINED_ON)
def test_pictures_as_shipped_add_nothing_to_a_name(name):
    config = configured(f"data={name}", "budget=smoke")
    content = Content.of(config, selected(config))
    assert content == Content(content.train)


@pytest.mark.parametrize(
    ("data", "val"), [("t91", "[Set14]"), ("t91", "[Set5,Set14]"), ("sample", "[Sample]")]
)
def test_other_validation_pictures_make_another_run(data, val):
    """Their PSNR is in the record, and a search goes by it."""
    usual, other = (configured(f"data={data}", *more) for more in ((), (f"data.val={val}",)))
    assert Content.of(other, selected(other)).train == Content.of(usual, selected(usual)).train
    assert named(other) != named(usual)


@pytest.mark.parametrize("train", ["[BSD200,T91]", "[T91Judge,T91Tuning]"])
def test_the_order_of_the_stream_makes_another_run(train):
    names = ["general291", "t91"][train.count("Judge")]
    usual, other = (configured(f"data={names}", *more) for more in ((), (f"data.train={train}",)))
    assert Content.of(other, selected(other)).train == Content.of(usual, selected(usual)).train
    assert named(other) != named(usual)


def test_one_set_by_two_names_is_one_run():
    assert named(configured("data=general291", "data.train=[General291]")) == named(
        configured("data=general291")
    )


def test_code_of_ones_own_makes_another_run_and_none_adds_nothing():
    config = configured("budget=smoke")
    ids = {run_id(config, Content("a", code={"mine": text})) for text in ("1", "2")}
    assert len(ids | {run_id(config, Content("a"))}) == 3
    assert run_id(config, Content("a", code={})) == run_id(config, Content("a"))


def committed() -> Iterator[dict[str, str]]:
    """A row of each run that committed findings name, and that came to an end."""
    rows = {}
    for path in sorted((ROOT / "experiments").rglob("runs.csv")):
        with path.open(newline="") as file:
            ended = (row for row in csv.DictReader(file) if row["state"] == "finished")
            rows |= {row["id"]: row for row in ended}
    yield from rows.values()


# What decides no name, by the tests above: composing takes most of the time.
IRRELEVANT = ("seed=", "jobs=", "logger=")


@cache
def composed_once(*overrides: str) -> RunConfig:
    """A config of seed 0."""
    return configured(*overrides)


def test_every_committed_run_would_have_its_name_today() -> None:
    renamed, count = {}, 0
    for row in committed():
        overrides = [text for text in shlex.split(row["command"])[2:] if "hydra.mode" not in text]
        digests = {name: row[f"data_digests/{name}"] for name in ("train", "val")}
        order, _ = usual()[digests["train"]]  # which committed rows needn't tell
        start = {START: row.get(START) or None}
        content = Content.recorded({"data_digests": digests | {"order": order}} | start)
        rest = sorted(text for text in overrides if not text.startswith(IRRELEVANT))
        (seed,) = [int(text[5:]) for text in overrides if text.startswith("seed=")] or [0]
        named = run_id(replace(composed_once(*rest), seed=seed), content)
        renamed |= {row["id"]: named} if named != row["id"] else {}
        count += 1
    assert not renamed, "a run that is kept somewhere would be trained again"
    assert count > 150


def test_two_seeds_enter_the_name_only_where_they_differ_from_the_one():
    assert identity("seed=3", "seed_init=3", "seed_patches=3") == identity("seed=3")
    names = {identity(*words) for words in ((), ("seed_init=1",), ("seed_patches=1",))}
    assert len(names) == 3
    both = replace(configured("seed_init=1"), seed=1)  # another seed: now it is no other
    assert run_id(both, CONTENT) == run_id(configured("seed=1"), CONTENT)
