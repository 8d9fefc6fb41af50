"""One run made by itself, as a backend does it: it is waited for, stopped, and its death noted."""

import sys
import threading
import time
from pathlib import Path

import pytest

from helpers.grids import ENOUGH, until
from shoal.grid import remote_run
from shoal.grid.outcome import OutcomeKind
from shoal.grid.remote_run import RemoteRun, make
from shoal.grid.runner import say
from shoal.runs.folder import RunFolder

FINISH = "folder.write_json('record.json', {})"
KILLED = "folder.set_status('running'); os.kill(os.getpid(), 9)"
SAVE = """
signal.signal(signal.SIGTERM, lambda *_: (folder.write("saved", ""), sys.exit(143)))
folder.write("waiting", "")
time.sleep(300)
"""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "runs" / "ees-x3-s0-00000000")
    folder.create()
    return folder


def a_run(folder: RunFolder, does: str) -> RemoteRun:
    """A run whose process does some lines of Python with its folder."""
    script = folder.path.parent / "script.py"
    head = "import os, signal, sys, time\nfrom pathlib import Path\n"
    head += "from shoal.runs.folder import RunFolder\n"
    script.write_text(f"{head}folder = RunFolder(Path({str(folder.path)!r}))\n{does}\n")
    stop = folder.path.parent / "stop"
    command = [sys.executable, str(script)]
    return RemoteRun("ees", command, Path.cwd(), folder.path, {}, "[1/1] ", stop)


def test_a_run_is_made_from_its_command(
    folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = make(a_run(folder, f"{FINISH}; print('done')"))
    assert outcome.kind == OutcomeKind.FINISHED
    assert capsys.readouterr().out == "[1/1] ees starts\n[1/1] done\n"


def test_a_run_that_another_process_works_on_is_waited_for(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.set_status("running")
    held, ended = threading.Event(), threading.Event()

    def work() -> None:
        with folder.locked():
            held.set()
            ended.wait(ENOUGH)
            assert not (folder.path / "record.json").exists()

    thread = threading.Thread(target=work)
    thread.start()
    held.wait(ENOUGH)

    def told(line: str) -> None:
        say(line)
        if " waits: " in line:
            ended.set()

    monkeypatch.setattr(remote_run, "say", told)
    assert make(a_run(folder, FINISH)).kind == OutcomeKind.FINISHED
    thread.join()
    waits, starts = capsys.readouterr().out.splitlines()
    assert waits == f"[1/1] ees waits: {folder.holder} works on it"
    assert starts == "[1/1] ees starts"


def test_a_run_that_is_killed_has_failed_and_its_status_says_so(folder: RunFolder) -> None:
    outcome = make(a_run(folder, KILLED))
    assert outcome.kind == OutcomeKind.FAILED
    assert outcome.why == "killed by SIGKILL (out of memory?)"
    assert (folder.status()["state"], folder.status()["reason"]) == ("failed", outcome.why)


def test_a_run_that_cannot_be_started_has_failed(folder: RunFolder, tmp_path: Path) -> None:
    run = a_run(folder, FINISH)
    nowhere = RemoteRun(**{**vars(run), "place": tmp_path / "nowhere"})
    assert make(nowhere).why.startswith("can't be started: [Errno 2]")
    nothing = RemoteRun(**{**vars(run), "command": ["/nowhere/python"]})
    outcome = make(nothing)
    assert outcome.kind == OutcomeKind.FAILED
    assert outcome.why.startswith("/nowhere/python can't be started: ")


def test_the_stop_file_lets_a_run_save_and_keeps_the_next_from_starting(folder: RunFolder) -> None:
    run = a_run(folder, SAVE)

    def ask() -> None:
        until(lambda: (folder.path / "waiting").exists())
        run.stop.touch()

    thread = threading.Thread(target=ask)
    thread.start()
    begun = time.monotonic()
    outcome = make(run)
    thread.join()
    assert outcome.kind == OutcomeKind.INTERRUPTED
    assert (folder.path / "saved").exists()
    assert time.monotonic() - begun < 250
    (folder.path / "saved").unlink()
    assert make(run).kind == OutcomeKind.NOT_STARTED
    assert not (folder.path / "saved").exists()
