"""Processes that don't outlive the one that started them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.grids import until
from shoal.system import parent
from shoal.system.parent import dying_with_us

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of it on Linux")

# A parent that starts a child, which starts one of its own, plainly; then all wait.
FAMILY = """
import os, subprocess, sys, time
from shoal.system.parent import dying_with_us

CHILD = "import os, subprocess, sys, time; p = subprocess.Popen(['sleep', '300']); "
CHILD += "print(os.getpid(), p.pid, flush=True); time.sleep(300)"
subprocess.Popen(dying_with_us([sys.executable, "-c", CHILD]))
time.sleep(300)
"""


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_child_dies_with_its_parent_and_the_childs_own_children_do_not() -> None:
    process = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    child, grandchild = map(int, process.stdout.readline().split())
    try:
        assert is_alive(child)
        process.kill()
        process.wait()
        until(lambda: not is_alive(child))
        assert is_alive(grandchild)
    finally:
        os.kill(grandchild, signal.SIGKILL)
        process.stdout.close()


def test_the_process_becomes_the_program_and_nothing_of_it_is_seen() -> None:
    script = "import os, sys; print(os.getpid(), sys.argv[1:], os.environ.get('HERE'))"
    command = dying_with_us([sys.executable, "-c", script, "a b", "-I"])
    process = subprocess.Popen(command, env={"HERE": "1"}, stdout=subprocess.PIPE, text=True)
    assert process.communicate()[0] == f"{process.pid} ['a b', '-I'] 1\n"
    assert process.returncode == 0


def test_a_child_whose_parent_has_died_already_never_begins() -> None:
    somebody = str(os.getppid())  # not the parent of what this test starts
    command = [sys.executable, parent.__file__, somebody, sys.executable, "-c", "print('begun')"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
