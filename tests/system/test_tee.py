"""The console in a file: what was shown, and no bar's drawing."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

WORK = """
import sys, time
from shoal.system.progress import step_bar
from shoal.system.tee import on_top, teed
with open(sys.argv[1], "a") as log, teed(log):
    print("before", flush=True)
    with step_bar() as bar:
        on_top()
        line = bar.add_task("a run", total=3)
        for step in range(3):
            print(f"step {step}", flush=True)
            print("\\x1b[31ma warning\\x1b[0m", file=sys.stderr, flush=True)
            bar.update(line, completed=step + 1)
            time.sleep(0.05)
    kept = sys.stderr
    print("after", flush=True)
print("a library still holds it", file=kept, flush=True)
"""


def on_a_terminal(path: Path) -> str:
    """What a terminal of 80 columns shows of the work."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    command = [sys.executable, "-c", WORK, str(path)]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    drawn = b""
    with suppress(OSError):  # the terminal's end
        while part := os.read(ours, 4096):
            drawn += part
    assert process.wait() == 0
    return drawn.decode()


def test_a_file_has_what_a_terminal_showed_but_for_colours_and_the_bar(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path / "log.txt")
    kept = (tmp_path / "log.txt").read_text().splitlines()
    steps = [line for step in range(3) for line in (f"step {step}", "a warning")]
    assert kept == ["before", *steps, "after"]
    assert all(line in shown for line in [*kept, "3/3", "steps/s", "a library still holds it"])
