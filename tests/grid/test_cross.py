"""Factors that are crossed: cells, labels, what is excluded, and files that won't do."""

import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from helpers.composing import CONF
from shoal.errors import UserError
from shoal.grid.composing import compose
from shoal.grid.cross import complete, label, overrides
from shoal.grid.experiment import Experiment
from shoal.grid.experiment_asked import read
from shoal.grid.plan import Plan
from shoal.grid.plan_file import content as written
from shoal.runs.resolvers import register_resolvers
from shoal.system.quoting import quoted

THREE = {
    "model": ["ees", "eed"],
    "task/loss": ["mse", "l1"],
    "task.optimizer.lr": [1e-3, 3e-3, 1e-2],
}
WHOLE: dict[str, Any] = {"question": "Which?", "cross": THREE}


class Own:
    """A folder of configs of the user's, and Hydra's loader over it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "experiment" / "own.yaml"
        self.file.parent.mkdir()
        register_resolvers()
        extra = f"hydra.searchpath=[file://{folder}]"
        self.words = [extra, "experiment=own"]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            self.loader: ConfigLoader = GlobalHydra.instance().hydra.config_loader

    def write(self, experiment: Any, package: str = "# @package _global_\n") -> None:
        tree = {"hydra": {"mode": "MULTIRUN"}, "experiment": experiment}
        self.file.write_text(package + yaml.safe_dump(tree, sort_keys=False))

    def read(self, *more: str) -> Experiment:
        self.master = self.loader.load_configuration(
            "config", [*self.words, *more], RunMode.MULTIRUN
        )
        return read(self.loader, self.master)

    def plan(self, *given: str) -> Plan:
        experiment = self.read()
        return Plan(experiment, [list(given)], partial(compose, self.loader, self.master))


@pytest.fixture
def own(tmp_path: Path) -> Own:
    return Own(tmp_path)


def test_a_cross_has_an_arm_for_every_combination(own: Own, tmp_path: Path) -> None:
    own.write(WHOLE | {"arms": {"bicubic": ["model=bicubic"]}, "baseline": "ees-mse-lr=0.001"})
    plan = own.plan(f"paths.runs={tmp_path / 'runs'}")
    arms = plan.experiment.arms
    assert list(arms)[:3] == ["bicubic", "ees-mse-lr=0.001", "ees-mse-lr=0.003"]
    assert len(arms) == 1 + 2 * 2 * 3
    assert arms["eed-l1-lr=0.01"] == ("model=eed", "task/loss=l1", "task.optimizer.lr=0.01")
    assert plan.experiment.factors == ("model", "task.loss", "task.optimizer.lr")
    assert len({run.folder.id for _, run in plan.runs}) == 13
    content = written(plan, "shoal train experiment=own")
    assert content["baseline"] == "ees-mse-lr=0.001"
    assert content["cells"]["eed-l1-lr=0.01"] == {
        "model": "eed", "task/loss": "l1", "task.optimizer.lr": "lr=0.01",
    }  # fmt: skip


def test_what_is_excluded_is_no_arm(own: Own) -> None:
    cell = {"model": "eed", "task.optimizer.lr": 1e-2}
    own.write(WHOLE | {"exclude": [cell, {"model": "ees", "task/loss": "l1"}]})
    arms = own.read().arms
    assert len(arms) == 12 - 2 - 3
    assert not {"eed-mse-lr=0.01", "eed-l1-lr=0.01", "ees-l1-lr=0.001"} & arms.keys()


def test_a_cross_may_be_changed_on_the_command_line(own: Own) -> None:
    own.write(WHOLE)
    assert len(own.read("experiment.cross.model=[ees,eed,eeds]").arms) == 18


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("l1", "l1"), ("mine.Up", "mine.Up"), ("a b", "'a b'"), ("3", "'3'"), ("true", "'true'"),
        (3, "3"), (1e-3, "0.001"), (True, "true"), (None, "null"), ([3, 5], "[3,5]"),
        ({"a": [1, "x y"]}, "{a:[1,'x y']}"), ("it's", r"'it\'s'"), ("", "''"),
    ],
)  # fmt: skip
def test_a_value_reaches_hydra_as_the_file_has_it(value: Any, text: str) -> None:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    (override,) = overrides({"key": value})
    assert override == f"key={text}"
    (parsed,) = OverridesParser.create().parse_overrides([override])
    assert parsed.value() == value


def test_labels_say_what_a_number_is() -> None:
    cell = {
        "model": "eed",
        "model.deep.units": 2,
        "+model.folding": True,
        "model@model.shallow": "x",
    }
    assert label(cell) == "eed-units=2-folding=true-x"


def test_arms_written_out_are_a_cross_where_every_combination_is_there() -> None:
    arms = {f"{m}{u}": {"model": m, "units": u} for m in ("a", "b") for u in (0, 2)}
    assert complete(arms)["a2"] == {"model": "a", "units": "units=2"}
    assert complete({name: arms[name] for name in ("a0", "a2", "b0")}) == {}
    assert complete({name: {"model": name} for name in ("a", "b")}) == {}
    assert complete({}) == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": None}, "it has no question: write one sentence"),
        ({"cross": None}, "it has no arms: write arms:"),
        ({"factors": ["model"]}, "factors: are those of the cross: leave the line out"),
        ({"crosses": {}}, r"experiment\.crosses is unknown \(did you mean cross\?\)"),
        ({"base_line": "ees"}, r"experiment\.base_line is unknown \(did you mean baseline\?\)"),
        ({"baseline": "ees-mse-lr=1"}, "baseline=ees-mse-lr=1 is unknown"),
        ({"cross": {"model": "ees"}}, r"cross\.model is no list of two or more values"),
        ({"cross": {"model": []}}, r"cross\.model is no list of two or more values"),
        ({"cross": {"model": ["ees"]}}, r"as defaults: \[override /model: ees\]$"),
        ({"cross": {"task.optimizer.lr": [1e-3]}}, r"as task: \{optimizer: \{lr: 0\.001\}\}$"),
        ({"cross": {"model": ["ees", "ees"]}}, r"cross\.model has ees twice"),
        ({"cross": ["model"]}, "cross: is not a map"),
        ({"exclude": {"model": "ees"}}, "exclude: is no list of cells"),
        ({"exclude": [{"modle": "ees"}]}, r"exclude: factor=modle is unknown \(did you mean model"),
        ({"exclude": [{"model": "eez"}]}, "exclude: model=eez is unknown"),
        ({"cross": {"a": ["x-y", "x"], "b": ["z", "y-z"]}}, "would be called x-y-z"),
        ({"arms": {"ees-mse-lr=0.001": ["seed=3"]}}, "is an arm and a cell of the cross"),
        ({"arms": {"ees": "model=ees"}}, r"arms\.ees is not a list of overrides, e\.g"),
        ({"arms": {"ees": []}}, r"arms\.ees is not a list of overrides"),
        ({"arms": ["model=ees"]}, "arms: is not a map"),
        ({"cross": None, "arms": {"e": ["model=e"]}}, "factors: is no list of the keys"),
        ({"cross": None, "arms": {"e": ["model=e"]}, "exclude": [{"a": 1}]}, "takes cells from a"),
    ],
)
def test_a_file_that_lacks_or_misspells_something_is_one_line(
    own: Own, changes: dict[str, Any], words: str
) -> None:
    own.write({key: value for key, value in (WHOLE | changes).items() if value is not None})
    with pytest.raises(UserError, match=f"^experiment=own: .*{words}") as raised:
        own.read()
    assert "\n" not in str(raised.value)


def test_a_file_without_its_first_line_is_told_it(own: Own) -> None:
    own.write(WHOLE, package="")
    with pytest.raises(UserError, match="must begin with the line '# @package _global_'"):
        own.read()


def test_factors_are_named_as_the_command_line_names_them(own: Own) -> None:
    arms = {"mse": ["model=eed", "task/loss=mse"], "l1": ["model=ees", "task/loss=l1"]}
    own.write({"question": "?", "factors": ["model", "task/loss", "task.loss"], "arms": arms})
    assert own.plan().experiment.factors == ("model", "task.loss")


def test_an_arm_may_leave_a_key_out(own: Own, tmp_path: Path) -> None:
    arms = {"four": ["model=eed"], "default": ["model=eed", "~model.units"]}
    own.write({"question": "?", "factors": ["model.units"], "arms": arms})
    found = own.plan(f"paths.runs={tmp_path}").first
    assert "units" in found["four"].tree.model
    assert "units" not in found["default"].tree.model
    own.write({"question": "?", "factors": ["model.units"], "arms": {"a": ["~"]}})
    with pytest.raises(UserError, match=r"arms\.a is not a list of overrides, .* ~model\.units"):
        own.read()


def test_an_arm_is_added_as_the_refusal_of_an_unquoted_one_advises(own: Own) -> None:
    own.write({"question": "?", "factors": ["model"], "arms": {"eed": ["model=eed"]}})
    (word,) = shlex.split(quoted("+experiment.arms.eed-k=[model=eed,model.kernels=[3,5]]"))
    assert own.read(word).arms["eed-k"] == ("model=eed", "model.kernels=[3,5]")


def test_a_baseline_that_was_left_out_is_none(own: Own) -> None:
    arms = {"eed": ["model=eed"], "ees": ["model=ees"]}
    own.write({"question": "?", "factors": ["model"], "arms": arms, "baseline": "eed"})
    assert own.read().baseline == "eed"
    without = own.read("~experiment.arms.eed")
    assert (without.baseline, without.left_out) == (None, ("eed",))


def test_luma_and_rgb_can_be_crossed_where_both_are_scored_alike(own: Own) -> None:
    cross = {"model.channels": [1, 3], "task/loss": ["mse", "l1"]}
    own.write({"question": "What does bicubic chroma cost?", "cross": cross})
    with pytest.raises(UserError, match="maps RGB, and protocol=classic scores luma networks"):
        own.plan("model=eeds_fast")
    plan = own.plan("model=eeds_fast", "protocol=rgb")
    assert [turned["model.channels"] for turned in plan.turned.values()] == [1, 1, 3, 3]
    assert [run.config.channels for _, run in plan.runs] == [1, 1, 3, 3]
