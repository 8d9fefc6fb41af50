"""How a run comes to W&B's server, or does without."""

import glob
import os
import pty
import re
import shlex
import socket
import subprocess
import sys
import time

import pytest

from helpers.composing import ROOT
from helpers.grids import ENOUGH
from helpers.offline_wandb import (
    ATTEMPT,
    KEY,
    TAGS,
    exit_codes,
    offline_parts,
    row,
    rows_of,
    wandb_command,
    wandb_run,
)
from helpers.wandb_server import wandb_server


def go_online(monkeypatch, url):
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_BASE_URL", url)


def test_online_a_resumed_run_continues_its_own(folder, monkeypatch):
    name = f"{folder.name}-{ATTEMPT}"
    with wandb_server() as server:
        go_online(monkeypatch, server.url)
        for steps, exit_code in (((0, 100), 1), ((200, 300), 0)):
            run = wandb_run(folder, answer_within=120)
            run.log_config({"scale": 3})
            for step in steps:
                run.log_metrics(row(step), step)
            run.close(exit_code)
        assert list(server.runs) == [name]
        assert [r["_step"] for r in server.history[name]] == [0, 100, 200, 300]
        assert server.exit_codes[name] == [1, 0]
        assert server.runs[name]["groupName"] == "ablation"
        assert sorted(server.runs[name]["tags"]) == sorted(TAGS)
    assert offline_parts(folder) == []


@pytest.mark.parametrize(
    "server",
    [{"refuse": 401}, {"refuse": 500}, {"hang": "/"}],
    ids=["401", "500", "silent"],
)
def test_a_server_that_does_not_serve_means_offline(folder, monkeypatch, said, server):
    with wandb_server(**server) as one:
        go_online(monkeypatch, one.url)
        run = wandb_run(folder)
        begun = time.monotonic()
        run.log_metrics(row(0), 0)
        run.close(0)
        assert time.monotonic() - begun < 60  # left to itself, W&B asks for 90 and more
    (part,) = offline_parts(folder)
    assert [r["_step"] for r in rows_of(part)] == [0]
    assert exit_codes(part) == [0]
    (line,) = said()
    assert "is kept offline" in line


def test_a_closed_port_means_offline_at_once(folder, monkeypatch, said):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening
        go_online(monkeypatch, f"http://127.0.0.1:{closed.getsockname()[1]}")
        run = wandb_run(folder, answer_within=600)
        begun = time.monotonic()
        run.log_metrics(row(0), 0)
        run.close(0)
        assert time.monotonic() - begun < 60
    assert [exit_codes(part) for part in offline_parts(folder)] == [[0]]
    assert "no connection" in said()[0]


def test_a_server_that_falls_silent_does_not_hold_up_the_end_and_the_rest_can_be_sent_later(
    folder, monkeypatch, said
):
    with wandb_server(hang="file_stream") as silent:
        go_online(monkeypatch, silent.url)
        run = wandb_run(folder, answer_within=120, finish_within=2)
        run.log_metrics(row(0), 0)
        begun = time.monotonic()
        run.close(0)
        assert time.monotonic() - begun < 60
        assert silent.history == {}
    (line,) = said()
    (command,) = re.findall("`wandb (.+)`", line)
    with wandb_server() as server:
        wandb_command(command.split(), server.url, folder)
        assert [r["_step"] for r in server.history[f"{folder.name}-{ATTEMPT}"]] == [0]


def test_a_malformed_key_and_a_called_for_but_missing_one_mean_offline(folder, monkeypatch, said):
    monkeypatch.setenv("WANDB_MODE", "online")
    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    run.close(0)
    assert "needs an API key" in said()[-1]
    sys.modules["wandb"].teardown()
    monkeypatch.setenv("WANDB_API_KEY", "too-short")
    other = folder.with_name("other")
    other.mkdir()
    run = wandb_run(other)
    run.log_metrics(row(0), 0)
    run.close(0)
    assert "40+ characters" in said()[-1]
    assert len(offline_parts(folder)) == len(offline_parts(other)) == 1


@pytest.mark.parametrize("mode", [None, "offline", "disabled"])
def test_an_offline_run_says_in_one_line_how_it_is_sent(folder, monkeypatch, capsys, mode):
    if mode:
        monkeypatch.setenv("WANDB_MODE", mode)
    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    run.close(0)
    said = capsys.readouterr().out
    if mode == "disabled":
        assert said == ""
        return
    assert len(said.splitlines()) == 1
    assert (f"WANDB_MODE={mode}" if mode else "no API key") in said
    (command,) = re.findall("`(wandb sync .+)`", said)
    with wandb_server() as server:
        wandb_command(["sync", *glob.glob(shlex.split(command)[2])], server.url, folder)  # noqa: PTH207
        assert server.exit_codes[f"{folder.name}-{ATTEMPT}"] == [0]


@pytest.mark.slow  # waits until W&B gives up
def test_an_unreachable_server_is_told_on_the_console_and_in_the_log_and_a_closed_pipe_ends_nothing(
    tmp_path, cache, small_pictures
):
    command = [sys.executable, str(ROOT / "train.py"), "model=ees", "budget=smoke", *small_pictures]
    paths = f"paths.runs={tmp_path / 'runs'}", f"paths.cache={cache}"
    there = {"WANDB_API_KEY": KEY, "WANDB_BASE_URL": "http://127.0.0.1:9"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, *paths], stdout=pipe, stderr=pipe, text=True, env=os.environ | there
    ) as process:
        assert any("step 0/20" in line for line in process.stdout)
        process.stdout.close()  # as `| head -1` does
        errors = process.stderr.read()
        assert process.wait(timeout=ENOUGH) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    (line,) = errors.splitlines()
    assert line.startswith("warning: W&B: ConnectionError: no connection to http://127.0.0.1:9; ")
    assert f"`wandb sync {folder}/wandb/offline-run-*` sends it" in line
    log = (folder / "log.txt").read_text()
    assert line in log
    assert "step 20/20" in log


RAISES = """
import sys
from pathlib import Path
from shoal.dashboards.wandb_logger import WandbRun
assert "wandb" not in sys.modules, "imported before it is used"
run = WandbRun(Path(sys.argv[1]), "a", "shoal", None, [], 120.0, 120.0)
run.log_metrics({"val/psnr": 30.0}, 0)
print("the run's own line")
raise ValueError("broken")
"""


@pytest.mark.slow  # starts W&B in a terminal: ten seconds
def test_on_a_terminal_without_a_key_nothing_is_asked_and_an_exception_marks_it_failed(
    folder,
):
    here, there = pty.openpty()  # a terminal that nobody types at
    with subprocess.Popen(
        [sys.executable, "-c", RAISES, str(folder)], stdin=there, stdout=there, stderr=there
    ) as process:
        os.close(there)
        said = b""
        try:
            while more := os.read(here, 4096):
                said += more
        except OSError:  # the last holder of the other end is gone, W&B's process included
            pass
        assert process.wait(timeout=ENOUGH) == 1
    os.close(here)
    lines = said.decode().split("\r\n")
    assert lines[0].startswith("W&B: offline (no API key here, see `wandb login`); `wandb sync ")
    assert lines[1] == "the run's own line"
    assert lines[2].startswith("Traceback")
    assert lines[-2:] == ["ValueError: broken", ""]
    assert "wandb:" not in said.decode()
    assert [exit_codes(part) for part in offline_parts(folder)] == [[1]]
