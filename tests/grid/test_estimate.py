"""How long a grid will take, from what has finished here, and how cores are shared out."""

import re

import pytest

from helpers.plans import Composing, finish
from shoal.grid import estimate
from shoal.grid.runner import share_of_cores
from shoal.runs.duration import seconds_left
from shoal.system.variables import THREADS


def test_time_is_measured_on_the_same_network_or_unknown(planned: Composing) -> None:
    def left(*overrides: str, threads: int | None = 2) -> float | None:
        return seconds_left(planned("model=eed", *overrides).run, threads)

    # 3600 steps in 500 s, 16 validations in 60 s, 40 s of scoring; 10 s passed before all that.
    finish(planned("model=eed", "seed=1"), start_seconds=10.0, scoring_seconds=40.0)
    assert left() == 610
    assert left(threads=1) == 1210  # importing takes no more time
    assert left("budget.max_steps=720", threads=None) == 10 + 100 + 60 * 4 / 16 + 40
    assert left("model.units=3") is None
    assert left("scale=2") is None


def test_time_left_of_a_run_that_was_interrupted_is_that_of_the_rest(
    planned: Composing,
) -> None:
    finish(planned("model=eed", "seed=1"), scoring_seconds=100.0)
    begun = planned("model=eed")
    begun.folder.create()
    (begun.folder.checkpoints / "step-000000900-0123456789abcdef.ckpt").touch()
    assert seconds_left(begun.run, threads=2) == 0.75 * 500 + 100
    begun.folder.set_status("running", step=1800)
    with begun.folder.locked():  # at work, and further than what it has saved
        assert seconds_left(begun.run, threads=2) == 0.5 * 500 + 100


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("record.json", '"seconds"', '"second'),
        ("record.json", '"threads": 2', '"threads": null'),
        ("config.yaml", r"val_every: \d+", "val_every: 0"),
        ("config.yaml", r"patch_size: \d+", "patch_size: 0"),
    ],
)
def test_a_damaged_record_keeps_no_run_from_its_work(
    planned: Composing, file: str, old: str, new: str
) -> None:
    done = planned("model=eed", "seed=1")
    finish(done)
    text = (done.folder.path / file).read_text()
    damaged, count = re.subn(old, new, text)
    assert count == 1
    done.folder.write(file, damaged)
    assert seconds_left(planned("model=eed").run, threads=2) is None


def test_bicubic_takes_the_same_time_under_every_budget(planned: Composing) -> None:
    finish(planned("model=bicubic"))
    assert seconds_left(planned("model=bicubic", "budget=paper").run, threads=None) == 600


def test_what_is_not_known_is_said(planned: Composing) -> None:
    finish(planned("model=eed", "seed=1"))
    known, unknown = planned("model=eed"), planned("model=ees")
    assert estimate.together([known, known], 2, at_once=2) == "about 10 min"
    assert (
        estimate.together([known, unknown], 2, at_once=1)
        == "about 10 min and 1 run of unknown length"
    )
    assert estimate.together([unknown], 2, at_once=1) == ""


def test_cores_are_shared_out_unless_the_user_has_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert share_of_cores(1) is None
    assert share_of_cores(3) == 2
    assert share_of_cores(99) == 1
    monkeypatch.setenv(THREADS, "5")
    assert share_of_cores(3) == 5
