"""What a run keeps while it works: its status and its console output."""

import contextlib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import torch

from shoal.errors import UserError, first_line
from shoal.runs.folder import RunFolder, now
from shoal.runs.run import Run
from shoal.system.files import UNWRITABLE
from shoal.system.signals import Stopped
from shoal.system.tee import teed
from shoal.training.ranks import Ranks
from shoal.training.tally import Diverged


def begin(run: Run, ranks: Ranks) -> str:
    """Take over the run's folder: write the config and a status that says the run is at work.

    Returns:
        When the run first began, ISO 8601.
    """
    folder = run.folder
    status = folder.status()
    if status.get("threads") and status.get("devices", 1) == ranks.count:
        # Another number of threads would change bits, so a resumed run keeps the one it began with.
        torch.set_num_threads(status["threads"])
    folder.write("config.yaml", run.config.yaml())
    started_at: str = status.get("started_at", now())
    facts = {
        "resumed": (status.get("resumed") or 0) + 1 if status.get("threads") else 0,
        "threads": torch.get_num_threads(),
        "devices": ranks.count,
        "nodes": ranks.nodes,
    }
    folder.set_status("running", started_at=started_at, step=folder.step, **facts)
    return started_at


def open_log(folder: RunFolder) -> TextIO:
    """Open a run's `log.txt` to append to; like the console, it escapes what can't be encoded."""
    return (folder.path / "log.txt").open("a", encoding="utf-8", errors="backslashreplace")


@contextlib.contextmanager
def kept(folder: RunFolder) -> Iterator[None]:
    """Copy console output and warnings to `log.txt`; at the end, set the status to the outcome."""
    with open_log(folder) as log:
        try:
            with teed(log):
                yield
        except Diverged as error:
            folder.set_status("diverged", reason=str(error), step=error.step)
            raise
        except (Stopped, KeyboardInterrupt) as error:
            with contextlib.suppress(OSError):
                if folder.finished:
                    folder.set_status("finished")
                else:
                    reason = str(error) or first_line(error)
                    folder.set_status("interrupted", reason=reason, step=folder.step)
                    print(f"{reason} at step {folder.step}", file=log)
            raise
        except BaseException as error:
            with contextlib.suppress(OSError):  # the disk may be what has failed
                if folder.finished:
                    folder.set_status("finished")
                else:
                    folder.set_status("failed", reason=first_line(error))
                traceback.print_exc(file=log)
            if isinstance(error, OSError) and error.errno in UNWRITABLE:
                raise _refused(folder, error) from None
            raise


def _refused(folder: RunFolder, error: OSError) -> UserError:
    """Name the file that can't be used, which needn't be one of the run's own."""
    named = Path(error.filename) if isinstance(error.filename, str) else folder.path
    elsewhere = not named.absolute().is_relative_to(folder.path.absolute())
    words = f"{named} can't be used" if elsewhere else f"{folder.path} can't be written"
    return UserError(f"{words} ({error.strerror}): mend that, and the same command goes on")
