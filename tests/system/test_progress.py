"""Progress bars: drawn on a terminal, nothing elsewhere."""

import os
import pty
import subprocess
import sys
from contextlib import suppress

WORK = "from shoal.system.progress import tracked; print(sum(tracked([1, 2, 3], '[1/8] eeds')))"


def test_a_bar_on_a_terminal_has_its_title_as_it_is_and_the_count():
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-c", WORK]
    done = subprocess.run(
        command, stderr=theirs, stdout=subprocess.PIPE, text=True, env=environment, check=True
    )
    os.close(theirs)
    drawn = b""
    with suppress(OSError):  # the terminal's end
        while part := os.read(ours, 4096):
            drawn += part
    assert done.stdout == "6\n"
    assert b"[1/8] eeds" in drawn
    assert b"3/3" in drawn


def test_elsewhere_nothing_is_drawn():
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("6\n", "")
