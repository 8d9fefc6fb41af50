"""Runs that get ready while others work, one per GPU."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from helpers.composing import CONF
from helpers.grids import ENOUGH, until
from shoal.grid import local
from shoal.grid.composing import compose
from shoal.grid.local import LocalRunner
from shoal.grid.outcome import GridStopped, OutcomeKind
from shoal.grid.planned import PlannedRun
from shoal.grid.process import RunProcess, start
from shoal.runs.resolvers import register_resolvers
from shoal.runs.trainer import wants_one_gpu

# Gets ready, waits for its turn, and does with its GPU what the test wants.
SCRIPT = """
import fcntl, json, os, signal, sys, time
from pathlib import Path
from shoal.runs.folder import RunFolder
from shoal.system.turn import Turn

TOLD = json.loads({told!r})
name = next(text for text in sys.argv if text.startswith("seed=")).removeprefix("seed=")
here = Path(TOLD["here"])
gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "none")

def there(file):
    return (here / file).exists()

with Turn().awaited():
    first = not there("ready" + name)
    (here / ("ready" + name)).write_text(str(os.getpid()))
    if first and name in TOLD["dies"]:
        os.kill(os.getpid(), signal.SIGKILL)
print("turn of", name)
folder = RunFolder(Path(TOLD["folders"][name]))
folder.create()
with folder.locked(), (here / ("gpu" + gpu)).open("w") as alone:
    if TOLD["alone"]:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    folder.set_status("running")
    until = time.monotonic() + 300
    while (after := TOLD["after"].get(name)) and not there(after) and time.monotonic() < until:
        time.sleep(0.02)
    if name in TOLD["stops"]:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        os.kill(os.getppid(), signal.SIGINT)
        time.sleep(300)
    (here / ("gpu_of" + name)).write_text(gpu)
    folder.write_json("record.json", {{}})
"""
Prepared = Callable[..., LocalRunner]


@pytest.fixture(scope="module")
def composing() -> Callable[..., PlannedRun]:
    register_resolvers()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().hydra.config_loader
        master = loader.load_configuration("config", [], RunMode.MULTIRUN)
    return lambda *texts: compose(loader, master, ["model=ees", *texts])


@pytest.fixture
def prepared(
    composing: Callable[..., PlannedRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Prepared:
    """A grid of runs with seeds 0, 1, ... on made-up GPUs."""

    def make(
        count: int,
        gpus: tuple[str, ...],
        jobs: int,
        after: dict[str, str] | None = None,
        dies: str = "",
        stops: str = "",
    ) -> LocalRunner:
        seeds = [str(seed) for seed in range(count)]
        paths = f"paths.runs={tmp_path / 'runs'}"
        runs = [composing(f"seed={seed}", paths) for seed in seeds]
        folders = {seed: str(run.folder.path) for seed, run in zip(seeds, runs, strict=True)}
        told = {
            "here": str(tmp_path),
            "folders": folders,
            "after": after or {},
            "alone": jobs <= len(gpus),
            "dies": dies,
            "stops": stops,
        }
        script = tmp_path / "script.py"
        script.write_text(SCRIPT.format(told=json.dumps(told)))
        monkeypatch.setattr(sys, "argv", [str(script)])
        monkeypatch.setattr(local, "visible", lambda: gpus)
        return LocalRunner(runs, jobs)

    return make


def kinds(runner: LocalRunner) -> list[OutcomeKind]:
    return [outcome.kind for outcome in runner.run().values()]


def test_the_next_run_is_ready_before_the_last_has_ended(
    prepared: Prepared, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runner = prepared(3, ("0",), 1, after={"0": "ready1", "1": "ready2"})
    assert kinds(runner) == [OutcomeKind.FINISHED] * 3
    said = capfd.readouterr().out.splitlines()
    lines = [line for line in said if " starts" in line or line.startswith("turn")]
    assert [line.split(" ")[0] for line in lines[::2]] == ["[1/3]", "[2/3]", "[3/3]"]
    assert lines[1::2] == ["turn of 0", "turn of 1", "turn of 2"]  # nothing before its turn


def test_each_gpu_has_one_run_at_a_time_in_the_order_given(
    prepared: Prepared, tmp_path: Path
) -> None:
    gpus = ("MIG-b", "GPU-a")
    runner = prepared(5, gpus, 2, after={"0": "ready4"})  # the other GPU makes four
    assert kinds(runner) == [OutcomeKind.FINISHED] * 5
    assert [(tmp_path / f"gpu_of{seed}").read_text() for seed in (0, 1)] == list(gpus)


def test_a_run_whose_heir_died_is_started_again(prepared: Prepared) -> None:
    assert kinds(prepared(2, ("0",), 1, after={"0": "ready1"}, dies="1")) == [
        OutcomeKind.FINISHED,
        OutcomeKind.FINISHED,
    ]


def test_an_heir_of_a_grid_that_is_stopped_ends_silently_and_leaves_no_folder(
    prepared: Prepared, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runner = prepared(2, ("0",), 1, after={"0": "ready1"}, stops="0")
    with pytest.raises(GridStopped):
        runner.run()
    ends = [runner.outcomes[name].kind for name in runner.runs]
    assert ends == [OutcomeKind.INTERRUPTED, OutcomeKind.NOT_STARTED]
    said = capfd.readouterr()
    assert "turn of 1" not in said.out + said.err
    assert not list(runner.runs.values())[1].folder.path.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "ready1").read_text()), 0)


def test_an_heir_whose_grid_is_gone_ends(prepared: Prepared, tmp_path: Path) -> None:
    runner = prepared(1, ("0",), 1)
    (run,) = runner.runs.values()
    command = [sys.executable, *sys.argv, "seed=0"]
    process = start(run.folder, command, {}, "[1/1] ", waits=True)
    assert isinstance(process, RunProcess)
    until((tmp_path / "ready0").exists)
    process.turn.close()  # as the kernel does for a process that is killed
    assert process.popen.wait(timeout=ENOUGH) == 0
    assert process.reap()
    assert not run.folder.path.exists()


def test_more_jobs_than_gpus_share_them_evenly_and_one_line_says_what_that_costs(
    prepared: Prepared, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runner = prepared(2, ("0",), 2, after={"0": "gpu0", "1": "gpu0"})
    runner.run()
    assert capfd.readouterr().out.count("jobs=2 on 1 GPU: runs that share a GPU take turns") == 1


def test_jobs_are_one_per_gpu_where_runs_go_there(
    composing: Callable[..., PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shoal.runs.resolvers.visible", lambda: ("0", "1", "2"))
    assert composing("trainer=auto").config.jobs == 3
    assert composing("trainer=gpu", "jobs=1").config.jobs == 1
    assert composing("trainer=cpu").config.jobs == 1
    assert composing("trainer=ddp").config.jobs == 1  # which takes them all
    assert not wants_one_gpu({"accelerator": "gpu", "devices": [2]})  # the user has chosen
    monkeypatch.setattr("shoal.runs.resolvers.visible", tuple)
    assert composing("trainer=auto").config.jobs == 1
