"""The values of a config: what no run could have is refused in one line."""

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from helpers.composing import composed, configured
from shoal.errors import UserError, unknown
from shoal.runs.config import RunConfig
from shoal.runs.resolvers import nearest_multiple
from shoal.runs.run import Run
from shoal.system.console import exit_code


def test_the_patch_follows_the_scale_unless_it_is_set_by_hand():
    assert composed("scale=5", "budget=quick").budget.patch_size == 25
    assert nearest_multiple(24, 7) == 21
    with pytest.raises(UserError, match=r"budget\.patch_size=24 is no multiple of scale=5: try 25"):
        RunConfig.of(composed("scale=5", "budget.patch_size=24"))


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("scale=1", "scale=1 is not an integer of at least 2"),
        ("scale=2.5", "scale=2.5 is not an integer of at least 2"),
        ("scale=true", "scale=True is not an integer"),
        ("scale=three", "scale=three is not an integer"),
        ("seed=-1", "seed=-1 is not an integer of at least 0"),
        ("seed=null", "seed=None is not an integer"),
        ("seed=4294967296", "seed=4294967296 is too large"),
        ("budget.max_steps=0", "budget.max_steps=0 is not"),
        ("budget.test_pictures=0", "budget.test_pictures=0 is not"),
        ("protocol=clasic", r"protocol=clasic is unknown \(did you mean classic\?\)"),
        ("data=folder", "data.train is not set"),
        ("data_workers=-1", "data_workers=-1 is not an integer of at least 0"),
        ("force=maybe", "force=maybe is neither true nor false"),
        ("task.optimizer.lr=fast", "task.optimizer.lr=fast is not a number of at least 0"),
        ("task.schedule.warmup=1", "warmup=1 is not a number of at least 0 and below 1"),
        ("task.loss=l1", "task.loss=l1 is no recipe: an option is task/loss=NAME"),
        ("paths.runs=", "paths.runs= is not the name of a folder"),
        ("data.copies=[1]", r"data\.copies=\[1\] is no list of factors between 0 and 1, e\.g\."),
        ("data.copies=0.9", "data.copies=0.9 is no list of factors between 0 and 1"),
        ("data.copies=[0.9,0.9]", "is no list of factors between 0 and 1"),
        ("data.train=photos", "data.train=photos is not a list of sets: for a folder add data="),
        ("data.test=[3]", r"data\.test has 3: write a set, a folder, or {NAME: folder}"),
        ("data.test=[{a: x, b: y}]", r"data\.test has .*: write a set, a folder, or"),
        ("data.test=[{a/b: x}]", r"data\.test has the name 'a/b': write letters, digits and"),
        ("data.name=../x", r"data\.name=\.\./x can't be part of a folder's name"),
        ("name=../x", "name=../x can't begin a folder's name"),
    ],
)
def test_what_no_run_could_have_is_refused_with_value_and_remedy(override, words):
    with pytest.raises(UserError, match=words):
        RunConfig.of(composed(override))


@pytest.mark.parametrize("value", ["", "3", "[]"])
@pytest.mark.parametrize("role", ["train", "val", "test"])
def test_a_folder_of_pictures_has_a_name(role, value):
    cfg = composed("data=folder", "data.train=photos", f"data.{role}={value}")
    with pytest.raises(UserError, match=rf"data\.{role}=.*is not the name of a folder"):
        RunConfig.of(cfg)


def test_a_config_of_before_a_group_was_there_is_read_as_without_it():
    tree, groups = composed(), ("metrics", "callbacks", "debug")
    OmegaConf.set_struct(tree, False)
    for group in groups:
        tree.pop(group, None)
    assert RunConfig.of(tree) == configured()
    for group in groups:
        assert not getattr(configured(), group)
    tree.pop("task")
    with pytest.raises(UserError, match="task is not set"):
        RunConfig.of(tree)


def test_no_suggestion_is_made_where_nothing_is_near():
    assert unknown("model", "zzz", ["eed"]) == "model=zzz is unknown: choose one of eed"
    assert unknown("claim", "C1", []) == "claim=C1 is unknown: there is none to choose from"


def keys(node, prefix=""):
    """Every key of a config, dotted, branches too."""
    for name, value in node.items():
        yield f"{prefix}{name}"
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{name}.")


KEYS = sorted(keys(OmegaConf.to_container(composed())))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**40),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(["sample", "set5", "${scale}", "${nowhere}", "???", "{a: 1}", "nan", "1e400"]),
)


def named(cfg):
    """All that happens to a config before a run's folder is made."""
    return Run.of(RunConfig.of(cfg)).folder.id


@settings(max_examples=200)
@given(st.sampled_from(KEYS), VALUES)
# What was a traceback once, or a folder outside of the runs:
@example("data", None)
@example("data.name", "folder")
@example("data.test", 3)
@example("data.train", "")
@example("data.val", [1])
@example("model", "abc")
@example("model._target_", [0])
@example("task", True)
@example("trainer", 2.5)
@example("paths", None)
@example("logger", "csv")
def test_any_value_anywhere_names_a_run_or_is_refused_in_one_line(key, value):
    cfg = composed_once().copy()

    def run():
        OmegaConf.update(cfg, key, value, merge=False)
        named(cfg)

    assert exit_code(run) in (0, 2)


@cache
def composed_once():
    return composed()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.text(max_size=8)), max_size=2))
@example([("budget", "FALSE")])  # Hydra's own ValueError
def test_any_command_line_composes_or_is_refused_in_one_line(overrides):
    words = [f"{key}={value}" for key, value in overrides]
    assert exit_code(lambda: named(composed(*words))) in (0, 2)
