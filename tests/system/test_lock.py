"""The lock, on file systems with locks of their own and without."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from helpers.grids import ENOUGH, until
from shoal.runs.folder import RunFolder
from shoal.system import heartbeat
from shoal.system.files import sweep, whole
from shoal.system.lock import Held, hold, is_held

HOLDER = """
import fcntl, os, sys, time
from pathlib import Path
from shoal.system import heartbeat, lock
def none(*_): raise OSError({code}, "No locks available")
if {code}: fcntl.flock = none
heartbeat.BEAT = 0.05
with lock.hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(3600)
"""

# It beats too seldom, as one that stands still does not at all, and writes when it is told to.
WRITER = """
import errno, fcntl, sys
from pathlib import Path
from shoal.runs.folder import RunFolder
from shoal.system import heartbeat
def none(*_): raise OSError(errno.ENOLCK, "No locks available")
fcntl.flock = none
heartbeat.BEAT, heartbeat.SETTLE = 600, 0.2
run = RunFolder(Path(sys.argv[1]))
with run.locked():
    print("held", flush=True)
    input()
    run.write("curve.csv", "of the process that stood still")
"""


@pytest.fixture(params=[0, errno.ENOLCK, errno.ENOSYS], ids=["kernel", "ENOLCK", "ENOSYS"])
def code(request, monkeypatch):
    """How the file system answers a call for a lock; 0 where it has locks."""
    if request.param:

        def none(*_):
            raise OSError(request.param, "No locks available")

        monkeypatch.setattr(fcntl, "flock", none)
    return request.param


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


def another(path, code):
    """A process that holds the lock."""
    script = HOLDER.format(code=code)
    command = [sys.executable, "-c", script, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def grow_old(path):
    """Let the heartbeat seem untouched for years, as if one had waited for that long."""
    os.utime(heartbeat.of(path), (0, 0))


def test_one_process_at_a_time_and_a_death_frees_the_lock(path, code):
    assert not is_held(path)
    with another(path, code) as holder:
        if code:
            grow_old(path)
            until(lambda: heartbeat.of(path).stat().st_mtime > 0)  # it beats
        assert is_held(path)
        with pytest.raises(Held), hold(path):
            pass
        holder.kill()
    if code:
        grow_old(path)
    assert not is_held(path)
    with hold(path):
        assert is_held(path)
    assert not is_held(path)
    assert not heartbeat.of(path).exists()


def test_a_look_at_a_lock_keeps_nobody_from_taking_it(path, monkeypatch):
    path.touch()
    pauses = []
    with path.open() as look:
        fcntl.flock(look, fcntl.LOCK_SH)

        def pause(seconds):
            pauses.append(seconds)
            if seconds:  # there was a first try, in vain
                fcntl.flock(look, fcntl.LOCK_UN)

        monkeypatch.setattr(time, "sleep", pause)
        with hold(path):
            assert len(pauses) == 2
            with pytest.raises(BlockingIOError):
                fcntl.flock(look, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_a_lock_whose_file_was_deleted_meanwhile_is_no_lock(path, monkeypatch):
    taken = fcntl.flock

    def after_a_clean(file, kind):
        taken(file, kind)
        path.unlink(missing_ok=True)

    monkeypatch.setattr(fcntl, "flock", after_a_clean)
    with pytest.raises(Held), hold(path):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK], indirect=True)
def test_of_two_that_find_a_dead_heartbeat_one_takes_it_over(path, code):
    heartbeat.of(path).write_text("dead")
    grow_old(path)
    outcomes = []

    def attempt():
        try:
            with hold(path):
                outcomes.append("held")
                until(lambda: len(outcomes) == 4)  # the others have come and gone
        except Held:
            outcomes.append("refused")

    rivals = [threading.Thread(target=attempt) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert sorted(outcomes) == ["held", *["refused"] * 3]


@pytest.mark.parametrize("code", [errno.ENOLCK], indirect=True)
def test_a_process_that_stood_still_for_too_long_ends_rather_than_write_beside_another(path, code):
    with another(path, code) as holder:
        heartbeat.of(path).write_text("another's")
        assert holder.wait(timeout=ENOUGH) == -9
        assert "now belongs to another process" in holder.stdout.read()


@pytest.mark.parametrize("code", [errno.ENOLCK], indirect=True)
def test_a_process_that_stood_still_writes_nothing_once_another_has_taken_over(tmp_path, code):
    run = RunFolder(tmp_path)
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as writer:
        assert writer.stdout.readline() == "held\n"
        os.utime(heartbeat.of(run.lock), (0, 0))  # as if a minute had gone by
        assert not is_held(run.lock)
        with run.locked():
            run.write("curve.csv", "of the one that took over")
            said, _ = writer.communicate("\n", timeout=ENOUGH)
            assert writer.returncode == -signal.SIGKILL
            assert "now belongs to another process" in said
            assert (tmp_path / "curve.csv").read_text() == "of the one that took over"


@pytest.mark.parametrize("code", [errno.ENOLCK], indirect=True)
def test_a_heartbeat_outlives_a_moment_without_its_server(path, code, monkeypatch):
    holder, asked = heartbeat._holder, []

    def away_at_first(place):
        asked.append(place)
        if len(asked) == 2:  # the first has made sure that the lock is taken
            raise OSError(errno.ESTALE, "Stale file handle")
        return holder(place)

    monkeypatch.setattr(heartbeat, "_holder", away_at_first)
    monkeypatch.setattr(heartbeat, "BEAT", 0.01)
    monkeypatch.setattr(heartbeat, "SETTLE", 0.0)
    with hold(path):
        until(lambda: len(asked) > 2)
        grow_old(path)
        until(lambda: heartbeat.of(path).stat().st_mtime > 0)


def test_a_file_begun_before_a_takeover_does_not_appear_after_it(tmp_path):
    (tmp_path / "curve.csv").write_text("of the one that took over")
    with pytest.raises(FileNotFoundError), whole(tmp_path / "curve.csv") as file:  # noqa: PT012
        file.write(b"of the process that stood still")
        sweep(tmp_path)
    assert (tmp_path / "curve.csv").read_text() == "of the one that took over"


def test_who_takes_a_run_over_deletes_what_was_left_unfinished(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    for unfinished in (tmp_path / ".unfinished-1", tmp_path / "checkpoints/.unfinished"):
        unfinished.touch()
    with RunFolder(tmp_path).locked():
        assert {path.name for path in tmp_path.rglob("*")} == {"checkpoints", "lock"}
