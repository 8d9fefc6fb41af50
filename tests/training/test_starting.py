"""Runs that start from weights: which run it is, what is taken, and that it goes on exactly."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from shoal import pretrained
from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.run import Run
from shoal.runs.verify import problems
from shoal.training.ingredients import Ingredients
from shoal.training.run import train

Short = Callable[..., RunConfig]


@pytest.fixture
def first(short: Short) -> RunFolder:
    """A finished run at x2."""
    return train(short("scale=2", "seed=5"), "train.py")


def test_a_run_starts_from_anothers_weights_and_says_so(
    short: Short, first: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    config = short("scale=3", f"task.weights={first.path}")
    made_of = Ingredients.of(Run.of(config))
    begun, weights = made_of.network.state_dict(), load_file(first.weights)
    assert torch.equal(begun["extract.0.weight"], weights["extract.0.weight"])
    folder = train(config, "train.py")
    assert (
        "starts from espcn x2: 4 of 6 tensors; drawn anew: reconstruct" in capsys.readouterr().out
    )
    record = folder.record()
    assert record["start_sha256"] == first.record()["weights_sha256"]
    assert list(problems(folder, config.paths.data, trust=False)) == []


def test_the_run_is_that_of_the_weights_wherever_they_lie(
    short: Short, first: RunFolder, tmp_path: Path
) -> None:
    copy, other = tmp_path / "copy.safetensors", tmp_path / "other.safetensors"
    shutil.copy(first.weights, copy)
    other.write_bytes(pretrained.find("eeds", 2).read_bytes())
    named = [
        Run.of(short("scale=3", *words)).folder.id
        for words in (
            (f"task.weights={first.path}",),
            (f"task.weights={copy}",),
            (f"task.weights={other}",),
            ("task.weights=eeds-x2",),
            ("task.weights=null",),
            (),
        )
    ]
    assert named[0] == named[1]
    assert named[2] == named[3]
    assert named[4] == named[5]
    assert len(set(named)) == 3


def test_what_trains_nothing_is_the_same_run(short: Short) -> None:
    plain, other = (Run.of(short("model=bicubic", *w)) for w in ((), ("task.weights=eeds-x2",)))
    assert plain.folder.id == other.folder.id


def test_the_same_start_gives_the_same_bits_and_another_gives_others(
    short: Short, first: RunFolder
) -> None:
    digests = []
    for words in (
        (f"task.weights={first.path}",),
        (f"task.weights={first.path}", "force=true"),
        (),
    ):
        folder = train(short("scale=2", "budget.max_steps=2", *words), "train.py")
        digests.append(folder.record()["weights_sha256"])
    assert digests[0] == digests[1] != digests[2]


def test_weights_that_change_before_they_are_read_are_refused(
    short: Short, first: RunFolder, tmp_path: Path
) -> None:
    path = tmp_path / "moving.safetensors"
    shutil.copy(first.weights, path)
    run = Run.of(short("scale=2", f"task.weights={path}"))
    path.write_bytes(pretrained.find("eeds", 2).read_bytes())
    with pytest.raises(UserError, match="and none of its"):
        Ingredients.of(run)
    later = train(short("scale=2", "seed=6"), "train.py")
    shutil.copy(later.weights, path)
    with pytest.raises(UserError, match="has changed meanwhile"):
        Ingredients.of(run)


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("nowhere.safetensors", "there is no nowhere.safetensors: name a file"),
        ("eeds-x9", r"what ships \(eeds-x2, eeds-x3"),
        ("''", "task.weights= names no weights"),
        ("3", "task.weights=3 names no weights"),
    ],
)
def test_what_is_nowhere_is_said_before_anything_is_made(
    short: Short, tmp_path: Path, named: str, says: str
) -> None:
    with pytest.raises(UserError, match=says) as refused:
        train(short(f"task.weights={named}"), "train.py")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "runs").exists()


def test_a_run_that_was_stopped_goes_on_and_not_from_the_start(
    short: Short, first: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("scale=2", f"task.weights={first.path}", "keep_checkpoints=true")
    whole = train(short(*words), "train.py")
    digest = json.loads((whole.path / "record.json").read_text())["weights_sha256"]
    for name in ("record.json", "weights.safetensors", "scores.csv"):
        (whole.path / name).unlink()
    last = sorted(whole.checkpoints.glob("step-000000004-*"))
    assert last
    for path in last:
        path.unlink()
    capsys.readouterr()
    again = train(short(*words), "train.py")
    assert "starts from" not in capsys.readouterr().out
    assert again.record()["weights_sha256"] == digest
