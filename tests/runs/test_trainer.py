import inspect
import re
from dataclasses import replace
from functools import cache

import pytest
from lightning import Trainer
from omegaconf import OmegaConf

from helpers.composing import composed, configured
from shoal.errors import UserError
from shoal.runs.identity import Content, run_id
from shoal.runs.trainer import (
    APART,
    BESIDE,
    DECIDING,
    FIXED,
    NOTHING,
    OURS,
    check_trainer,
    lightnings,
)

CONTENT = Content("d" * 64)
GROUPS = (NOTHING, OURS, FIXED, DECIDING, APART)
SIGNATURE = inspect.signature(Trainer).parameters


@cache
def config(*overrides):
    return configured("budget=smoke", *overrides)


def named(**arguments):
    """A run's name with these arguments of the Trainer beside the config's, or instead of them."""
    return run_id(replace(config(), trainer=config().trainer | arguments), CONTENT)


@pytest.mark.parametrize("name", SIGNATURE)
def test_every_argument_of_the_trainer_has_one_meaning(name):
    assert [name in group for group in GROUPS].count(True) == 1


def test_no_argument_is_made_up_and_defaults_are_lightnings():
    assert {name for group in GROUPS for name in group} == set(SIGNATURE)
    ours = {"deterministic"}  # conf/trainer/auto.yaml sets it
    for name in DECIDING.keys() - ours:
        assert DECIDING[name] == SIGNATURE[name].default, name


@pytest.mark.parametrize("name", OURS)
def test_what_a_key_of_ours_means_is_refused_with_that_key(name):
    with pytest.raises(UserError) as refused:
        check_trainer({"_target_": "lightning.Trainer", name: 3})
    assert str(refused.value) == f"trainer.{name}=3 is not taken: write {OURS[name]}"


@pytest.mark.parametrize("name", FIXED)
def test_what_every_run_has_the_same_is_refused(name):
    with pytest.raises(UserError, match=rf"trainer\.{name}=True is not taken, .+: leave it out"):
        check_trainer({"_target_": "lightning.Trainer", name: True})


def test_a_graph_is_no_argument_of_lightnings_and_decides_nothing():
    assert named(graph=False) == named() == named(graph=True)
    assert "graph" not in lightnings(config().trainer)
    assert not set(BESIDE) & set(SIGNATURE)
    with pytest.raises(UserError, match=r"trainer\.graph=1 is neither true nor false"):
        configured("trainer.graph=1")


def test_the_refusal_is_a_commands():
    words = r"trainer\.accumulate_grad_batches=4 is not taken: write budget\.batch_size"
    with pytest.raises(UserError, match=words):
        configured("+trainer.accumulate_grad_batches=4")


def test_keys_that_are_named_instead_are_in_the_config():
    words = [word for text in OURS.values() for word in text.split()]
    keys = {word.partition("=")[0] for word in words if re.match(r"[a-z_]+\.\w", word)}
    tree = composed("task/clip=adjustable")
    assert {"budget.max_steps", "task.clip.theta"} < keys
    for key in keys - {"record.json"}:
        parent, _, name = key.rpartition(".")
        assert name in OmegaConf.select(tree, parent), key


@pytest.mark.parametrize(
    "arguments",
    [
        {"deterministic": False},
        {"deterministic": "warn"},
        {"benchmark": True},
        {"sync_batchnorm": True},
        {"reload_dataloaders_every_n_epochs": 1},
        {"plugins": ["async"]},
        {"_target_": "lightning.fabric.Fabric"},
        {"nobody_knows_it": 1},
        {"strategy": {"_target_": "lightning.pytorch.strategies.DDPStrategy"}},
        {"precision": "bf16-mixed"},
    ],
)
def test_whatever_may_change_bits_makes_another_run(arguments):
    assert named(**arguments) != named()


def test_a_default_of_ours_that_is_taken_out_makes_another_run():
    trainer = {key: value for key, value in config().trainer.items() if key != "deterministic"}
    assert run_id(replace(config(), trainer=trainer), CONTENT) != named()


@pytest.mark.parametrize(
    "arguments",
    [
        {"devices": 4},
        {"num_nodes": 2},
        {"accelerator": "cpu"},
        {"strategy": "ddp"},
        {"profiler": "simple"},
        {"detect_anomaly": True},
        {"benchmark": None},
        {"sync_batchnorm": False},
        {"fast_dev_run": False},
        {"max_epochs": None},
        {"_target_": "lightning.pytorch.Trainer"},
    ],
)
def test_what_decides_nothing_does_not(arguments):
    assert named(**arguments) == named()


def test_an_untrained_model_has_no_trainer_in_its_name():
    bicubic = config("model=bicubic")
    other = replace(bicubic, trainer=bicubic.trainer | {"deterministic": False})
    assert run_id(other, CONTENT) == run_id(bicubic, CONTENT)


@pytest.mark.parametrize("name", ["deterministic", "benchmark", "sync_batchnorm"])
def test_a_word_that_is_no_truth_is_refused(name):
    check_trainer({"_target_": "lightning.Trainer", "deterministic": "warn", "benchmark": None})
    with pytest.raises(UserError, match=rf"trainer\.{name}=maybe is neither true nor false"):
        check_trainer({"_target_": "lightning.Trainer", name: "maybe"})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (f"name={'x' * 300}", "is 300 bytes long, and a part of a folder's name takes 80"),
        (f"name='{'é' * 50}'", "is 100 bytes long"),
        (f"data.name={'x' * 300}", "is 300 bytes long"),
        ("budget.name=../../x", "budget.name=../../x can't be part of a folder's name"),
        ("scale=17", "scale=17 is too large: at most 16"),
    ],
)
def test_names_that_no_folder_takes_are_refused(asked, words):
    with pytest.raises(UserError, match=re.escape(words)):
        configured("budget=smoke", asked)
