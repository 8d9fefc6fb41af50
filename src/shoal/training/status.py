"""What is kept of a run while it works: its status and its console."""

import contextlib
import traceback
from collections.abc import Iterator

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
    """Take the run's folder over, for the first time or again.

    Returns:
        When the first time was.
    """
    folder = run.folder
    status = folder.status()
    if status.get("threads") and status.get("devices", 1) == ranks.count:
        # Another thread count would change bits: a resumed run keeps the one it began with.
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


@contextlib.contextmanager
def kept(folder: RunFolder) -> Iterator[None]:
    """Keep the console and all warnings in `log.txt`, and let the status say how the run ended."""
    with (folder.path / "log.txt").open("a") as log:
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
                words = f"{folder.path} can't be written ({error.strerror})"
                raise UserError(f"{words}: mend that, and the same command goes on") from None
            raise
