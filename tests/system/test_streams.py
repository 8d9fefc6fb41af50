"""What appears on the console of a real process, and what happens when nobody reads it."""

import os
import pty
import subprocess
import sys

import pytest

from helpers.composing import ROOT
from helpers.grids import ENOUGH

OPEN = """
from shoal.system.streams import open_console
from shoal.system.tee import teed
open_console()
"""
WARNED = """
import logging, warnings
with open("log.txt", "w") as log, teed(log):
    logging.getLogger("shoal.dashboards").warning("the server\\nrefused: %s", 401)
    warnings.warn("few workers")
    logging.getLogger("shoal.dashboards").info("nobody asked")
logging.getLogger("any").error("later")
"""
TALKS = """
import sys
for number in range(20000):
    print("line", number, flush=True)
    print("error", number, file=sys.stderr)
with open("end", "w") as file:
    file.write(str(sys.stdout.closed))
"""


def python(script, cwd, **streams):
    command = [sys.executable, "-c", OPEN + script]
    return subprocess.Popen(command, cwd=cwd, text=True, **streams)


def test_warnings_are_lines_on_stderr_and_in_the_log(tmp_path):
    with python(WARNED, tmp_path, stderr=subprocess.PIPE) as process:
        _, errors = process.communicate(timeout=ENOUGH)
    first, second, third = errors.splitlines()
    assert first == "warning: the server refused: 401"
    assert second.startswith("warning: few workers (<string>:")
    assert third == "error: later"
    assert (tmp_path / "log.txt").read_text().splitlines() == [first, second]


def test_a_reader_that_leaves_ends_nothing(tmp_path):
    pipe = subprocess.PIPE
    with python(TALKS, tmp_path, stdout=pipe, stderr=pipe) as process:
        assert process.stdout.readline() == "line 0\n"
        process.stdout.close()
        process.stderr.close()
        assert process.wait(ENOUGH) == 0
    assert (tmp_path / "end").read_text() == "False"


def test_a_terminal_that_is_closed_ends_nothing(tmp_path):
    ours, theirs = pty.openpty()
    process = python(TALKS, tmp_path, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    os.read(ours, 100)
    os.close(ours)
    assert process.wait(ENOUGH) == 0
    assert (tmp_path / "end").exists()


def test_a_full_disk_is_still_an_error(tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        process = python("print('x', flush=True)", tmp_path, stdout=full, stderr=subprocess.PIPE)
        assert "No space left on device" in process.communicate(timeout=ENOUGH)[1]


@pytest.mark.parametrize(
    "command",
    [
        [str(ROOT / "train.py"), "--help"],
        ["-c", "from shoal.cli import main; main()", "data", "list"],
    ],
)
def test_what_is_cut_off_by_head_ends_without_a_word(command, tmp_path):
    here, there = os.pipe()
    os.close(here)  # a reader that is gone already
    done = subprocess.run(
        [sys.executable, *command], stdout=there, stderr=subprocess.PIPE, cwd=tmp_path, text=True
    )
    os.close(there)
    assert (done.returncode, done.stderr) == (0, "")
