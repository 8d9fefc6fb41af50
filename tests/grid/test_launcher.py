"""Grids at work: one process per run, and none takes another with it."""

import json
import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from helpers.composing import ROOT
from helpers.grids import Grid, ended, moody, until


def test_a_run_that_raises_diverges_or_is_killed_takes_no_other_with_it(grid: Grid) -> None:
    grid.wish(eed="kill", ees="raise", dcnn="diverge", srcnn="refuse")
    models = "model=bicubic,eed,ees,dcnn,srcnn,eeds"
    first = grid.issue("-m", models)
    assert first.code == 1
    assert first.started == ["bicubic", "eed", "ees", "dcnn", "srcnn", "eeds"]
    assert "[6/6] eeds, seed 0: eeds-x3-" in first.out
    assert "all runs, protocol classic" in first.out
    assert [line.split("-")[0] for line in first.list_of("finished")] == ["  bicubic", "  eeds"]
    (diverged,) = first.list_of("diverged")
    assert re.search(r"dcnn-\S+  at step 7", diverged)
    killed, raised, refused = first.list_of("failed")
    assert "killed by SIGKILL (out of memory?)" in killed
    assert "RuntimeError: a wish" in raised
    assert refused.endswith("a mistake: mend it")
    assert first.err.endswith(
        "3 runs failed; the same command repeats what failed, and nothing else\n"
    )
    status = json.loads((grid.run("eed") / "status.json").read_text())
    assert (status["state"], status["reason"][:17]) == ("failed", "killed by SIGKILL")

    grid.wish(eed=None, ees=None, srcnn=None)
    again = grid.issue("-m", models)
    assert again.code == 0
    assert again.started == ["eed", "ees", "srcnn"]
    assert len(again.list_of("reused")) == 2
    assert len(again.list_of("diverged")) == 1
    assert "6 runs, 2 finished already, 1 diverged before, 3 to do, " in again.out


def test_nothing_to_do_takes_seconds_no_process_and_no_torch(grid: Grid) -> None:
    models = ["-m", "model=bicubic,ees"]
    assert grid.issue(*models).code == 0
    kept = {path: path.stat().st_mtime_ns for path in grid.runs.rglob("*")}
    train = str(ROOT / "train.py")
    lines = (
        "import runpy, sys",
        f"sys.argv = {[train, *models]!r}",
        "try: runpy.run_path(sys.argv[0], run_name='__main__')",
        "except SystemExit as end: code = end.code",
        "print('torch' in sys.modules, 'lightning' in sys.modules, code)",
    )
    script = grid.folder.parent / "script.py"
    script.write_text("\n".join(lines))
    begun = time.monotonic()
    said = Grid(grid.folder, script).issue()
    assert said.out.splitlines()[-1] == "False False 0"
    assert said.started == []
    assert len(said.list_of("reused")) == 2
    assert time.monotonic() - begun < 60  # a fortieth of it where nothing else is going on
    assert {path: path.stat().st_mtime_ns for path in grid.runs.rglob("*")} == kept
    # Hydra leaves no multirun.yaml, no outputs, no .hydra.
    assert {path.name for path in grid.folder.iterdir()} == {"runs", "wishes"}


def test_a_run_named_twice_is_started_once(grid: Grid) -> None:
    said = grid.issue("-m", "model=bicubic", "seed=0,1,2", "data_workers=0,1")
    assert said.code == 0
    assert said.started == ["bicubic"]


def test_two_jobs_work_at_a_time_and_share_the_cores(grid: Grid) -> None:
    grid.wish(ees="meet", eed="meet")
    said = grid.issue("-m", "model=bicubic,ees,eed", "jobs=2")
    assert said.code == 0
    share = max(1, len(os.sched_getaffinity(0)) // 2)
    assert f"[3/3] job 3/3, threads {share}, " in said.out
    assert grid.issue("-m", "model=bicubic", "scale=2").out.count("threads None") == 1


TWO_ARMS = """
# @package _global_
hydra: {mode: MULTIRUN}
experiment:
  question: Which?
  factors: [model]
  arms:
    deep: [model=eed]
    all learned: [model=ees]
"""


def test_each_run_of_an_experiment_knows_its_arm(grid: Grid) -> None:
    own = grid.folder / "own" / "experiment"
    own.mkdir(parents=True)
    (own / "two.yaml").write_text(TWO_ARMS)
    said = grid.issue("--config-dir", "own", "experiment=two")
    assert len(said.list_of("finished")) == 2
    assert (grid.run("eed") / "arm").read_text() == "deep"
    assert (grid.run("ees") / "arm").read_text() == "all learned"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP])
def test_a_stop_is_passed_on_and_the_runs_save(grid: Grid, number: signal.Signals) -> None:
    grid.wish(ees="wait", eed="wait")
    process = grid.begin("-m", "model=ees,eed,eeds", "jobs=2")
    until(lambda: len(list(grid.runs.glob("*/waiting"))) == 2)
    process.send_signal(number)
    said = ended(process)
    assert said.code == 128 + number
    assert len(list(grid.runs.glob("*/saved"))) == 2
    assert [line.split("-")[0] for line in said.list_of("interrupted")] == ["  ees", "  eed"]
    assert said.list_of("interrupted")[0].endswith("  at step 0, stopped by SIGTERM")
    assert [line.split("-")[0] for line in said.list_of("not started")] == ["  eeds"]
    assert "eeds" not in said.started
    assert said.out.count("(0 of 3 done)") == 2
    assert "goes on from here" in said.err


def is_pending(pid: int, number: signal.Signals) -> bool:
    """Whether a signal has been sent to a process that stands still."""
    (mask,) = re.findall(r"^ShdPnd:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_second_stop_kills(grid: Grid) -> None:
    grid.wish(ees="wait")
    process = grid.begin("-m", "model=ees,eed")
    until(lambda: list(grid.runs.glob("*/waiting")))
    pid = json.loads((grid.run("ees") / "status.json").read_text())["pid"]
    os.kill(pid, signal.SIGSTOP)  # it won't obey
    process.send_signal(signal.SIGINT)
    until(lambda: is_pending(pid, signal.SIGTERM))  # the grid has passed it on
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 128 + signal.SIGINT
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux")
def test_runs_of_a_grid_that_was_killed_save_and_the_next_grid_goes_on(grid: Grid) -> None:
    grid.wish(ees="wait")
    process = grid.begin("-m", "model=ees,bicubic")
    until(lambda: list(grid.runs.glob("*/waiting")))
    process.kill()
    until(lambda: list(grid.runs.glob("*/saved")))
    grid.wish(ees=None)
    said = grid.issue("-m", "model=ees,bicubic")
    assert said.code == 0
    assert said.started == ["ees", "bicubic"]


def test_a_run_that_another_grid_works_on_is_waited_for_and_reused(grid: Grid) -> None:
    grid.wish(ees="meet", eed="meet")
    other = grid.begin("-m", "model=ees,dcnn")
    until(lambda: list(grid.runs.glob("ees-*/here")))
    said = grid.issue("-m", "model=ees,eed")  # EED comes first, and lets the other's EES go on
    assert said.code == ended(other).code == 0
    assert said.started == ["eed"]
    assert len(said.list_of("reused")) == 1


def test_a_config_of_the_users_own_reaches_the_runs(grid: Grid) -> None:
    model = grid.folder / "own" / "model" / "mine.yaml"
    model.parent.mkdir(parents=True)
    model.write_text("defaults: [eed]\nunits: 1\n")
    said = grid.issue("--config-dir", "own", "-m", "model=mine,bicubic")
    assert said.code == 0
    assert grid.run("mine").is_dir()


def test_a_mistake_in_one_run_is_named_before_anything_starts(grid: Grid) -> None:
    said = grid.issue("-m", "model=ees", "budget.patch_size=24", "scale=2,5")
    assert said.code == 2
    assert said.err == "train.py: budget.patch_size=24 is no multiple of scale=5: try 25\n"
    assert not grid.runs.exists()


@pytest.mark.slow
def test_a_real_grid_ends_with_all_that_can_finish_and_retries_what_failed(grid: Grid) -> None:
    grid.script = ROOT / "train.py"
    moods = moody(grid)
    command = ["--config-dir", "own", "experiment=moods", "budget=smoke"]
    committed = grid.folder / "experiments" / "README.md"
    committed.parent.mkdir()
    committed.write_text("of the study")
    first = grid.issue(*command, PYTHONPATH="own")
    assert first.code == 1
    assert [line.split("-")[0] for line in first.list_of("finished")] == ["  bicubic", "  ees"]
    assert re.search(r"^  ees-\S+  at step \d+", first.list_of("diverged")[0])
    killed, raised = first.list_of("failed")
    assert "killed by SIGKILL" in killed
    assert "RuntimeError: a bad mood" in raised
    log = Path(raised.rpartition("log: ")[2])
    assert "a bad mood" in (grid.folder / log).read_text()

    for mood in moods:
        mood.write_text("good")
    again = grid.issue(*command, PYTHONPATH="own")
    assert again.code == 0
    assert again.started == ["kill", "raise"]
    assert len(again.list_of("reused")) == 2
    assert len(again.list_of("diverged")) == 1
    assert (grid.folder / "reports" / "moods" / "sample-x3-smoke" / "README.md").is_file()
    assert [*committed.parent.rglob("*")] == [committed]
    assert committed.read_text() == "of the study"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux")
def test_two_at_a_time_and_a_killed_grid_change_no_bit_of_the_weights(grid: Grid) -> None:
    grid.script = ROOT / "train.py"
    command = ["-m", "model=ees,srcnn", "budget=smoke", "budget.max_steps=200"]
    assert grid.issue(*command, "paths.runs=calm", OMP_NUM_THREADS="1").code == 0
    process = grid.begin(*command, "jobs=2", OMP_NUM_THREADS="1")
    until(lambda: len(list(grid.runs.glob("*/checkpoints/*.ckpt"))) >= 2)
    process.kill()
    process.communicate()
    said = grid.issue(*command, "jobs=2", OMP_NUM_THREADS="1")
    assert said.code == 0
    resumed = 0
    for record in grid.runs.glob("*/record.json"):
        here = json.loads(record.read_text())
        calm = json.loads((grid.folder / "calm" / here["id"] / "record.json").read_text())
        assert here["weights_sha256"] == calm["weights_sha256"]
        resumed += here["resumed"]
    assert resumed > 0
