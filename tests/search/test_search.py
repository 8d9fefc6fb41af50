"""Searches: what is tried, made, pruned and reported, and that nothing is lost by a kill."""

import csv
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from optuna.trial import FixedTrial

from helpers.grids import Grid, ended, until
from shoal.errors import UserError
from shoal.search.space import suggestions
from shoal.search.trials import Trials

COMMAND = ["hparams_search=optuna", "model=ees", "budget=smoke"]


def test_a_value_that_is_tried_is_written_as_hydra_reads_it() -> None:
    space = suggestions({"name": ["a,b"], "task.clip.theta": ["null"], "seed": [None]})
    words = Trials.overrides(SimpleNamespace(space=space), FixedTrial(  # type: ignore[arg-type]
        {"name": "a,b", "task.clip.theta": "null", "seed": None}
    ))  # fmt: skip
    assert words == ["name='a,b'", "task.clip.theta='null'", "seed=null"]


def trials(grid: Grid) -> list[dict[str, str]]:
    (path,) = (grid.folder / "reports").glob("*/*/trials.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_search_ends_in_its_table_and_the_best_command_and_goes_on_from_there(
    grid: Grid,
) -> None:
    first = grid.issue(*COMMAND, "search.trials=3")
    assert first.code == 0, first.err
    rows = trials(grid)
    best = max(rows, key=lambda row: float(row["psnr"]))
    assert [row["outcome"] for row in rows] == ["finished"] * 3
    printed = f"model=ees budget=smoke logger=none task.optimizer.lr={best['task.optimizer.lr']} "
    assert printed in first.out
    (folder,) = (grid.folder / "reports" / "optuna").glob("ees-sample-x3-smoke-*")
    assert printed in (folder / "README.md").read_text()
    assert folder.name in (grid.folder / "reports" / "README.md").read_text()

    again = grid.issue(*COMMAND, "search.trials=4")
    assert again.code == 0, again.err
    assert len(again.started) == 1
    assert trials(grid)[:3] == rows


@pytest.mark.slow
def test_a_search_killed_at_work_resumes_its_trial_and_ends_as_one_that_was_not(
    grid: Grid,
    tmp_path: Path,
) -> None:
    calm = Grid(tmp_path / "calm")
    calm.folder.mkdir()
    assert calm.issue(*COMMAND, "search.trials=3").code == 0
    for _ in range(2):
        grid.wish(ees="wait")
        process = grid.begin(*COMMAND, "search.trials=3")
        until(lambda: list(grid.runs.glob("*/waiting")))
        process.kill()
        until(lambda: list(grid.runs.glob("*/saved")))
        process.communicate()
        for path in [*grid.runs.glob("*/saved"), *grid.runs.glob("*/waiting")]:
            path.unlink()
    grid.wish(ees="raise")
    failed = grid.issue(*COMMAND, "search.trials=3")
    assert failed.code == 1
    assert failed.err.endswith("repeats what failed, and nothing else\n")
    grid.wish(ees=None)
    assert grid.issue(*COMMAND, "search.trials=3").code == 0
    assert trials(grid) == trials(calm)


@pytest.mark.slow
def test_a_curve_below_the_others_is_pruned_saved_and_named_so(grid: Grid) -> None:
    grid.wish(ees="climb")
    eager = ["search.pruner.n_startup_trials=1", "search.trials=5", "jobs=2"]
    said = grid.issue(*COMMAND, *eager)
    assert said.code == 0, said.err
    outcomes = {row["run"]: row["outcome"] for row in trials(grid)}
    pruned = [run for run, outcome in outcomes.items() if outcome == "pruned"]
    assert pruned
    assert len(said.list_of("pruned")) == len(pruned)
    for run in pruned:
        status = json.loads((grid.runs / run / "status.json").read_text())
        assert status["reason"].startswith("pruned by a search at step ")
        assert not (grid.runs / run / "record.json").exists()
    grid.wish(ees=None)
    one = next(row for row in trials(grid) if row["run"] == pruned[0])
    values = [f"{key}={one[key]}" for key in ("task.optimizer.lr", "budget.batch_size")]
    assert grid.issue("-m", "model=ees", "budget=smoke", *values).code == 0
    assert (grid.runs / pruned[0] / "record.json").exists()  # it could go on


@pytest.mark.slow
def test_a_diverged_trial_is_an_outcome_and_two_searches_share_one_study(
    grid: Grid,
) -> None:
    grid.wish(ees="diverge")
    both = [grid.begin(*COMMAND, "search.trials=4") for _ in "ab"]
    assert [ended(process).code for process in both] == [0, 0]
    grid.wish(ees=None)
    assert grid.issue(*COMMAND, "search.trials=6").code == 0
    outcomes = [row["outcome"] for row in trials(grid)]
    assert outcomes.count("finished") >= 1
    assert set(outcomes) == {"finished", "diverged at step 7"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["seed=0,1"], "a search chooses values itself: nothing else can be swept with it"),
        (["experiment=ablation"], "two questions: issue one at a time"),
        (["hydra/launcher=ray"], "for more machines give search.storage"),
        (["task.optimizer.lr=1"], "task.optimizer.lr=1: the search sets task.optimizer.lr"),
        (["search.trials=many"], "search.trials=many is not an integer of at least 1"),
        (["search.space=null"], "search.space=None has nothing to try"),
        (["search.sampler=tpe"], "search.sampler=tpe has no _target_ to build"),
        (["data=t91"], "drawn on Set5, a test set, which must choose nothing"),
        (["search.storage=nowhere://"], "search.storage=nowhere:// can't be opened"),
        (["+search.pruner.depth=1"], "search.pruner can't be built: TypeError"),
        (["+search.sampler.depth=1"], "search.sampler can't be built: TypeError"),
    ],
)
def test_what_no_search_can_be_is_refused_in_one_line(
    grid: Grid,
    arguments: list[str],
    words: str,
) -> None:
    said = grid.issue(*COMMAND, *arguments)
    assert said.code == 2
    assert re.fullmatch(rf"train\.py: [^\n]*{re.escape(words)}[^\n]*\n", said.err)
    assert not list(grid.folder.glob("runs/*"))


@pytest.mark.parametrize(
    "space",
    [
        None,
        5,
        {},
        {"a": 1},
        {"a": []},
        {"a": [[1]]},
        {"a": {"low": 1}},
        {"a": {"low": 2, "high": 1}},
        {"a": {"low": "x", "high": 1}},
        {"a": {"low": 0, "high": 1, "log": True}},
        {"a": {"low": 1, "high": 2, "depth": 3}},
        {"a": {"low": 0.0, "high": 1.0, "step": 0}},
        {"a": {"low": 0.0, "high": 1.0, "step": "x"}},
        {"a": {"low": 0, "high": 4, "step": 0.5}},  # a range of integers
        {"a": {"low": 0.0, "high": float("inf")}},
        {"a": {"low": float("nan"), "high": 1.0}},
        {"model.channels": [1, 3]},  # luma and RGB have curves by different protocols
    ],
)
def test_a_space_that_is_none_is_refused(space: Any) -> None:
    with pytest.raises(UserError, match=r"search\.space"):
        suggestions(space)
