"""An experiment's page while its runs are at work: a separate process rebuilds it as they finish.

The grid starts this process and doesn't depend on it, so that an error here stops nothing. It only
reads the runs' files, so that runs on other machines count as well.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from shoal.system.parent import dying_with_us

LOOK = 5.0  # seconds between looks at the runs
CURVES = 60.0  # seconds after which longer curves alone are a reason to rebuild the page
GRACE = 30.0  # seconds that writing the last page may take
RELOAD = 10  # seconds after which a browser reloads the page
# The signals that end this process: LAST makes it write a last page, and is also what the kernel
# sends if the grid dies; DROP makes it write none, since a report follows. DROP isn't SIGINT, which
# is ignored in background jobs of shells until Python has started and set a handler.
LAST, DROP = signal.SIGTERM, signal.SIGALRM


@contextlib.contextmanager
def live_page(plan: Path, out: Path) -> Iterator[None]:
    """Keep a page up to date while the context lasts.

    Afterwards the page no longer reloads itself. After an exception, or if this process dies, a
    last page shows what there is; otherwise the report that follows writes it.

    Args:
        plan: the file of the grid's plan.
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
    except OSError:  # e.g. too many processes: the grid goes on without a page
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


def watch(plan: Path, out: Path, asked: Sequence[int]) -> None:
    """Rebuild the page whenever a run has ended, until this process is asked to end.

    Args:
        plan: the file of the grid's plan.
        out: the folder of all findings.
        asked: the signals to end, which a handler adds. It also raises, but code that is being
            imported may catch that.
    """
    seen: tuple[object, object] | None = None
    built = -CURVES
    while not asked:
        # Nobody sees errors of this process; a lasting one will show in the report. Others pass,
        # e.g. if `force=true` removes a file while it is read: then the next look succeeds.
        with contextlib.suppress(Exception):
            now = _state(plan)
            if seen is None or now[0] != seen[0] or (now != seen and _since(built) > CURVES):
                seen, built = now, time.monotonic()
                build(plan, out, RELOAD)
        time.sleep(LOOK)


def _since(moment: float) -> float:
    return time.monotonic() - moment


def _state(plan: Path) -> tuple[object, object]:
    """The states of all runs, and when their curves last grew."""
    from shoal.results.issued import read_grid
    from shoal.runs.folder import RunFolder

    folders = [RunFolder(plan.parents[1] / run["id"]) for run in read_grid(plan)["runs"]]
    curves = [folder.path / "curve.csv" for folder in folders]
    grown = [path.stat().st_mtime_ns if path.is_file() else 0 for path in curves]
    return [folder.state() for folder in folders], grown


def build(plan: Path, out: Path, reload: int | None) -> Path | None:
    """Write the page of the runs as they are now, and no other file of the findings.

    Args:
        plan: the file of the grid's plan.
        out: the folder of all findings.
        reload: the seconds after which a browser reloads the page; None: never.

    Returns:
        The page; None if no run has finished yet.
    """
    from shoal.errors import UserError
    from shoal.report.folder import write_live
    from shoal.results import read

    try:
        return write_live(read(plan), out, reload)
    except UserError:
        return None


def _until_the_end(plan: Path, out: Path) -> None:
    asked: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        for each in (LAST, DROP):  # may come twice: from a scheduler and from the grid
            signal.signal(each, signal.SIG_IGN)
        asked.append(number)
        sys.exit()  # an exception cleans up half-written files

    for number in (LAST, DROP):
        signal.signal(number, end)
    with contextlib.suppress(SystemExit):
        watch(plan, out, asked)
    if LAST in asked:
        build(plan, out, reload=None)


if __name__ == "__main__":
    os.nice(10)  # yield to the runs on the same processor
    _until_the_end(Path(sys.argv[1]), Path(sys.argv[2]))
