"""Grids on backends: as safe as on our own processes."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from helpers.composing import ROOT
from helpers.grids import Grid, ended, moody, until
from shoal.errors import UserError
from shoal.grid import backends, by_submitit
from shoal.grid.by_submitit import _with_gpu
from shoal.grid.gpus import Gpus
from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.remote_run import RemoteRun

SLOW = pytest.mark.slow


@pytest.fixture
def slurm(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of commands that act as Slurm's; see `fake_slurm`."""
    commands = grid.folder / "slurm"
    commands.mkdir()
    for name in ("sbatch", "sacct", "srun"):
        script = (
            f"#!{sys.executable}\n" + (ROOT / "tests" / "helpers" / "fake_slurm.py").read_text()
        )
        (commands / name).write_text(script)
        (commands / name).chmod(0o755)
    monkeypatch.setenv("FAKE_SLURM", str(commands))
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    return commands


@pytest.fixture
def home(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray writes to the user's home."""
    monkeypatch.setenv("HOME", str(grid.folder))


@pytest.mark.usefixtures("slurm", "home")
@SLOW
@pytest.mark.parametrize("backend", ["submitit_local", "submitit_slurm", "ray"])
def test_a_run_that_dies_takes_no_other_with_it_and_alone_is_done_again(
    grid: Grid,
    backend: str,
) -> None:
    grid.wish(ees="kill", eed="raise", srcnn="diverge")
    command = ["-m", "model=ees,eed,srcnn,dcnn,eeds", "jobs=2", f"hydra/launcher={backend}"]
    first = grid.issue(*command)
    assert first.code == 1, first.err
    assert {line.split("-")[0] for line in first.list_of("finished")} == {"  dcnn", "  eeds"}
    assert len(first.list_of("diverged")) == 1
    killed, raised = first.list_of("failed")
    assert "killed by SIGKILL" in killed
    assert "RuntimeError: a wish" in raised
    assert first.err.endswith("repeats what failed, and nothing else\n")
    assert json.loads((grid.run("ees") / "status.json").read_text())["state"] == "failed"
    # The home of this grid is its folder, where Matplotlib keeps what it knows of fonts.
    home = {".ray", ".cache", ".config"}
    assert {path.name for path in grid.folder.iterdir()} <= {"runs", "wishes", "slurm"} | home

    grid.wish(ees=None, eed=None)
    again = grid.issue(*command)
    assert again.code == 0, again.err
    assert len(again.list_of("finished")) == len(again.list_of("reused")) == 2
    assert len(list(grid.runs.glob("[!.]*"))) == 5


@SLOW
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_reaches_the_runs_wherever_they_are(
    grid: Grid,
    number: signal.Signals,
) -> None:
    grid.wish(ees="wait", eed="wait")
    process = grid.begin("-m", "model=ees,eed,dcnn", "jobs=2", "hydra/launcher=submitit_local")
    until(lambda: len(list(grid.runs.glob("*/waiting"))) == 2)
    process.send_signal(number)
    said = ended(process)
    assert said.code == 128 + number
    assert len(list(grid.runs.glob("*/saved"))) == 2
    assert len(said.list_of("interrupted")) + len(said.list_of("not started")) == 3
    assert not list((grid.runs / ".jobs").iterdir())


@SLOW
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux")
def test_a_job_that_is_lost_is_listed_with_its_state_and_its_run_saves(grid: Grid) -> None:
    grid.wish(ees="wait")
    process = grid.begin("-m", "model=ees", "hydra/launcher=submitit_local")
    until(lambda: list(grid.runs.glob("*/waiting")))
    run = json.loads((grid.run("ees") / "status.json").read_text())["pid"]
    job = Path(f"/proc/{run}/stat").read_text().rpartition(")")[2].split()[1]  # its parent
    os.kill(int(job), signal.SIGKILL)
    said = ended(process)
    assert said.code == 1
    assert re.search(r"job \d+ ended as \w+ \(\w+Error: ", said.list_of("failed")[0])
    until(lambda: (grid.run("ees") / "saved").exists())


@SLOW
def test_runs_save_and_go_on_in_a_new_job_when_their_time_is_up(grid: Grid) -> None:
    grid.wish(ees="wait")
    limit = "hydra.launcher.timeout_min=1"  # submitit warns half a minute before
    process = grid.begin("-m", "model=ees", "hydra/launcher=submitit_local", limit)
    until(lambda: list(grid.runs.glob("*/waiting")))
    grid.wish(ees=None)
    said = ended(process)
    assert (grid.run("ees") / "saved").is_file()
    assert said.code == 0, said.out + said.err


@SLOW
def test_an_experiment_on_a_backend_ends_in_its_report(grid: Grid) -> None:
    grid.script = ROOT / "train.py"
    moody(grid)
    command = ["--config-dir", "own", "experiment=moods", "budget=smoke", "jobs=2"]
    said = grid.issue(*command, "hydra/launcher=submitit_local", PYTHONPATH="own")
    assert said.code == 1
    assert len(said.list_of("finished")) == len(said.list_of("failed")) == 2
    assert (grid.folder / "reports" / "moods" / "sample-x3-smoke" / "README.md").is_file()


@pytest.mark.parametrize("name", backends.BACKENDS)
def test_a_backend_that_is_not_installed_is_one_line_with_the_command(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda module: None)
    with pytest.raises(
        UserError, match=rf"launcher={name} needs \w+: pip install 'shoal-sr\[\w+\]'"
    ):
        backends.backend(name)


class Job:
    """A job of submitit's that has ended as soon as it is asked."""

    state = "FINISHED"

    def done(self) -> bool:
        return True

    def exception(self) -> None:
        return None

    def result(self) -> Outcome:
        return Outcome(OutcomeKind.INTERRUPTED)


def test_once_a_stop_is_asked_for_submitit_gets_no_more_jobs_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted: list[RemoteRun] = []

    class Executor:
        def submit(self, call: object, run: RemoteRun) -> Job:
            submitted.append(run)
            run.stop.touch()  # while this one is at work
            return Job()

    monkeypatch.setattr(by_submitit, "_executor", lambda *_: Executor())
    monkeypatch.setattr(by_submitit, "LOOK", 0)
    runs = [
        RemoteRun(name, [], tmp_path, tmp_path, {}, "", tmp_path / "stop") for name in ("a", "b")
    ]
    outcomes = dict(by_submitit.make_here(runs, 1, tmp_path, {}))
    assert [run.name for run in submitted] == ["a"]
    assert {name: each.kind for name, each in outcomes.items()} == {
        "a": OutcomeKind.INTERRUPTED,
        "b": OutcomeKind.NOT_STARTED,
    }


def test_a_job_of_submitit_sees_the_gpu_it_gets_and_one_that_takes_several_sees_all() -> None:
    def job(name: str, one_gpu: bool) -> RemoteRun:
        here = Path()
        return RemoteRun(name, [], here, here, {"A": "b"}, "", here, one_gpu=one_gpu)

    gpus = Gpus(["2", "MIG-a"])
    seen = [_with_gpu(job(name, one_gpu=True), gpus).environment for name in "xy"]
    assert seen == [{"A": "b", "CUDA_VISIBLE_DEVICES": gpu} for gpu in ("2", "MIG-a")]
    gpus.take_back("y")
    assert _with_gpu(job("z", one_gpu=True), gpus).environment["CUDA_VISIBLE_DEVICES"] == "MIG-a"
    several = _with_gpu(job("ddp", one_gpu=False), gpus).environment
    assert several["CUDA_VISIBLE_DEVICES"] == "2,MIG-a"
    assert _with_gpu(job("cpu", one_gpu=True), Gpus(())).environment == {"A": "b"}
