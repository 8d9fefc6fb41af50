"""An experiment's page while its runs are made: rebuilt as they finish, by a process of its own.

The grid starts it and looks at it no more: what goes wrong here holds nothing up. It reads the
runs' files alone, so runs that other machines make count as well.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from shoal.system.parent import dying_with_us

LOOK = 5.0  # seconds between looks at the runs
CURVES = 60.0  # seconds after which curves that have grown are worth a page too
GRACE = 30.0  # seconds for a last page
RELOAD = 10  # seconds after which a browser looks for a newer page
# How the page's process ends: by a last page, which is also what the kernel asks for where the grid
# dies; or without, where a report follows.
LAST, DROP = signal.SIGTERM, signal.SIGINT


@contextlib.contextmanager
def live_page(plan: Path, out: Path) -> Iterator[None]:
    """Keep a page up to date for as long as this lasts.

    However it ends, the page reloads itself no more: an exception leaves a last page of what there
    is, as the death of this process does; otherwise the report that follows writes it.

    Args:
        plan: the file that the grid wrote.
        out: the folder of all findings.
    """
    command = dying_with_us([sys.executable, "-m", "shoal.report.live", str(plan), str(out)])
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            process_group=0,  # Ctrl-C is the grid's
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
    except OSError:  # too many processes: the grid goes on without
        yield
        return
    end = LAST
    try:
        yield
        end = DROP
    finally:
        process.send_signal(end)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def watch(plan: Path, out: Path) -> None:
    """Build the page anew whenever a run has ended, until this process is."""
    seen: tuple[object, object] | None = None
    built = -CURVES
    while True:
        # Nobody reads an error here, and the report will say it: e.g. a file that `force=true`
        # takes away while it is read. The next look finds what has come of it.
        with contextlib.suppress(Exception):
            now = _state(plan)
            if seen is None or now[0] != seen[0] or (now != seen and _since(built) > CURVES):
                seen, built = now, time.monotonic()
                build(plan, out, RELOAD)
        time.sleep(LOOK)


def _since(moment: float) -> float:
    return time.monotonic() - moment


def _state(plan: Path) -> tuple[object, object]:
    """Which runs have ended, and how far the curves of all have come."""
    from shoal.results.issued import read_grid
    from shoal.runs.folder import RunFolder

    folders = [RunFolder(plan.parents[1] / run["id"]) for run in read_grid(plan)["runs"]]
    curves = [folder.path / "curve.csv" for folder in folders]
    grown = [path.stat().st_mtime_ns if path.is_file() else 0 for path in curves]
    return [folder.state() for folder in folders], grown


def build(plan: Path, out: Path, reload: int | None) -> Path | None:
    """Write the page of the runs as they are now; nothing, where none has finished yet.

    Nothing else of the findings is touched before all runs have ended.

    Args:
        plan: the file that the grid wrote.
        out: the folder of all findings.
        reload: seconds after which a browser takes the page anew; None: never.

    Returns:
        The page.
    """
    from shoal.errors import UserError
    from shoal.report.folder import write_live
    from shoal.results import read

    try:
        return write_live(read(plan), out, reload)
    except UserError:
        return None


def _until_the_end(plan: Path, out: Path) -> None:
    signal.signal(LAST, lambda *_: sys.exit())  # what is being written is cleared away
    signal.signal(DROP, signal.default_int_handler)
    try:
        watch(plan, out)
    except SystemExit:
        signal.signal(LAST, signal.SIG_IGN)  # a scheduler sends it to us, and the grid after it
        build(plan, out, reload=None)


if __name__ == "__main__":
    os.nice(10)  # behind the runs, whose processor it shares
    _until_the_end(Path(sys.argv[1]), Path(sys.argv[2]))
