"""Mistakes, exit codes and help of `train.py`."""

import copy
import os
import shlex
import subprocess
import sys

import pytest
from hydra.core.config_store import ConfigStore

from helpers.composing import CONF, ROOT, composed
from shoal.errors import UserError
from shoal.runs.resolvers import register_resolvers
from shoal.system.console import (
    exit_code,
    program,
    share_config_store,
    spoken,
    take_words_in_any_order,
    typed,
)
from shoal.system.quoting import quoted


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
        (["task=srcnn", "task.layer_rates={}"], "changes nothing, for Hydra merges dictionaries"),
        (["model=ees", "seed=auto"], "seed=auto is of an experiment alone: add experiment=NAME"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_and_leaves_nothing(overrides, line, tmp_path):
    done = train(*overrides, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert line in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_overrides_stand_on_both_sides_of_a_flag_and_an_unknown_one_is_one_line(monkeypatch):
    module = sys.modules["hydra.main"]
    monkeypatch.setattr(module, "get_args_parser", module.get_args_parser)
    take_words_in_any_order()
    words = ["model=ees", "-m", "seed=0,1", "--config-dir", "conf", "jobs=2"]
    parsed = module.get_args_parser().parse_args(words)
    assert parsed.multirun
    assert parsed.overrides == ["model=ees", "seed=0,1", "jobs=2"]
    with pytest.raises(UserError, match="unrecognized arguments: --sead; --hydra-help shows"):
        module.get_args_parser().parse_args(["--sead", "1"])


def test_a_mistake_on_the_command_line_says_what_to_type_instead(tmp_path, monkeypatch, capsys):
    """Within this process: composing alone is what refuses."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "broken.yaml").write_text("_target_: a.B\n  scale: 3\n")
    (tmp_path / "model" / "twice.yaml").write_text("_target_: a.B\nscale: 3\nscale: 2\n")
    own = f"hydra.searchpath=[file://{tmp_path}]"
    for overrides, line in {
        ("loss=l1",): "loss is not in the config: did you mean task/loss=l1?",
        ("optimizer=sgd",): "optimizer is not in the config: did you mean task/optimizer=sgd?",
        ("launcher=ray",): "did you mean hydra/launcher=ray?",
        ("lr=1e-3",): "lr is not in the config: did you mean task.optimizer.lr?",
        ("task.lr=1e-3",): "task.lr is not in the config: did you mean task.optimizer.lr?",
        ("steps=5",): "did you mean budget.max_steps?",
        ("model=ees", "model.deep.units=1"): "model.deep.units is not in the config: `shoal train",
        ("model=eed,ees",): "add -m for a run of each, shoal train -m model=eed,ees",
        ("data.train=a,b",): "if it is one value, quote it, \"data.train='a,b'\"",
        ("data.train=写真",): "quote the value twice, \"data.train='写真'\"",
        ("data.train=a(b",): "quote the value twice, \"data.train='a(b'\"",
        ("data.train=a (b)",): "quote the value twice, \"data.train='a (b)'\"",
        ("data.train=Bilder [alt]",): "quote the value twice, \"data.train='Bilder [alt]'\"",
        ("name=a=b",): "quote the value twice, \"name='a=b'\"",
        ("[alt]",): "[alt] has no value: write KEY=VALUE",
        ("+experiment.arms.w=[model=eed,seed=1]",): "\"+experiment.arms.w=['model=eed','seed=1']\"",
        ("~experiment.arms.eed+srcnn",): "name the others, arms=[ARM,...]",
        (own, "model=broken"): "model/broken.yaml is broken YAML in line 2: mapping values",
        (own, "model=twice"): "model/twice.yaml is broken YAML in line 3: found duplicate key",
    }.items():
        assert exit_code(lambda given=overrides: composed(*given), CONF) == 2, overrides
        said = capsys.readouterr().err
        assert said.startswith("train.py: ")
        assert said.count("\n") == 1
        assert line in said


def test_a_misspelt_key_is_looked_for_in_the_config_that_was_chosen(tmp_path, monkeypatch, capsys):
    for group in ("model", "task/part"):
        (tmp_path / group).mkdir(parents=True)
    (tmp_path / "model" / "rep.yaml").write_text("_target_: rep.Rep\nwidth: 12\n")
    (tmp_path / "task" / "part" / "a.yaml").write_text("theta: 1\n")
    own = f"hydra.searchpath=[file://{tmp_path}]"
    for word, near in {"model.wdth=3": "model.width", "part=a": "task/part=a"}.items():
        argv = ["train.py", "--config-dir", str(tmp_path), "model=rep", word]
        monkeypatch.setattr(sys, "argv", argv)
        assert exit_code(lambda given=word: composed(own, "model=rep", given), CONF) == 2
        assert f"did you mean {near}?" in capsys.readouterr().err


def test_where_the_users_configs_are_is_said_again(monkeypatch):
    words = ["/bin/shoal", "--config-dir", "my conf", "model=rep"]
    monkeypatch.setattr(sys, "argv", words)
    assert spoken() == ["shoal", "train", "--config-dir=my conf"]
    monkeypatch.setattr(sys, "argv", ["train.py", "model=rep", "--config-dir"])
    assert spoken() == ["python", "train.py"]


@pytest.mark.parametrize("name", ["写真", "a (b)", "Bilder [alt]", "it's", "$5", "a,b", "a=b"])
def test_what_is_said_to_be_typed_is_understood(name):
    (word,) = shlex.split(quoted(f"data.train={name}"))
    assert composed("data=folder", word).data.train == name


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
    for words in ("shoal train -m model=eed,ees,eeds", "budget: ", "experiment: ", "scale=3"):
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


@pytest.mark.parametrize(
    ("first", "trains", "said"),
    [
        ("/bin/shoal", ["/bin/shoal", "train"], "shoal train model=ees"),
        ("/lib/shoal/__main__.py", ["-m", "shoal", "train"], "shoal train model=ees"),
        ("train.py", ["train.py"], "python train.py model=ees"),
    ],
)
def test_a_grid_starts_its_runs_by_the_program_that_it_was_started_by(
    monkeypatch, first, trains, said
):
    monkeypatch.setattr(sys, "argv", [first, "model=ees"])
    assert program() == trains
    assert typed() == said
