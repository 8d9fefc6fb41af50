"""Mistakes, exit codes and help of `train.py`."""

import copy
import os
import subprocess
import sys

import pytest
from hydra.core.config_store import ConfigStore

from helpers.composing import CONF, ROOT, composed
from shoal.errors import UserError
from shoal.runs.config import register_resolvers
from shoal.system.console import exit_code, share_config_store


def train(*overrides, cwd):
    command = [sys.executable, str(ROOT / "train.py"), "logger=none", *overrides]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=os.environ.copy())


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (["model=eedz"], "model=eedz is unknown (did you mean eed?): choose one of"),
        (["scale=1.5"], "scale=1.5 is not an integer of at least 2"),
        (["modle=eeds"], "modle is not in the config: did you mean model?"),
        (["budget.max_step=3"], "did you mean budget.max_steps?"),
        (["task/loss=mze"], "task/loss=mze is unknown (did you mean mse?)"),
        (["data=folder", "data.train=nowhere"], "nowhere is not a folder of pictures"),
        (["model="], "model= is unknown: choose one of"),
        (["eeds"], "eeds has no value: write KEY=VALUE, e.g. model=eeds"),
        (["model=[a"], "train.py: "),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_and_leaves_nothing(overrides, line, tmp_path):
    done = train(*overrides, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert line in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_composing_leaves_the_shared_config_store_as_it_was(monkeypatch):
    composed()  # now all plugins are in it
    store = ConfigStore.instance()
    before = copy.deepcopy(store.repo)
    monkeypatch.setattr(ConfigStore, "__deepcopy__", None, raising=False)  # to be undone
    share_config_store()
    assert copy.deepcopy(store) is store
    assert composed("hydra.verbose=true", "seed=5").seed == 5
    assert composed().seed == 0
    assert store.repo == before


def test_the_help_teaches_the_groups_with_examples(tmp_path):
    done = train("--help", cwd=tmp_path)
    assert done.returncode == 0
    for words in ("python train.py -m model=eed,ees,eeds", "budget: ", "experiment: ", "scale=3"):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_exceptions_of_our_own_are_not_swallowed():
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        exit_code(broken)


def test_each_ending_has_its_exit_code(capsys):
    def refused():
        raise UserError("x=1 is wrong: try 2")

    assert exit_code(refused) == 2
    assert capsys.readouterr().err == "train.py: x=1 is wrong: try 2\n"
    register_resolvers()
    assert exit_code(lambda: None, CONF) == 0
