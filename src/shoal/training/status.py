"""What is kept of a run while it works: its status, its console, its dashboards."""

import contextlib
import inspect
import os
import traceback
from collections.abc import Iterator
from typing import Any

import torch
from hydra.utils import instantiate
from lightning.pytorch.loggers import Logger

from shoal.dashboards.base import NEEDS, dashboards
from shoal.errors import UserError, first_line
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder, now
from shoal.runs.run import Run
from shoal.system.building import built
from shoal.system.files import UNWRITABLE
from shoal.system.signals import Stopped
from shoal.system.tee import teed
from shoal.system.variables import ARM, EXPERIMENT
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


def require_loggers(config: RunConfig) -> None:
    """Make sure that all loggers can be called as the config does; they begin in a run's folder.

    Raises:
        UserError: one isn't there, takes none of an argument, or needs a package; it is named.
    """
    for name, entry in config.logger.items():
        part = built(f"logger.{name}", entry, _partial_=True)
        try:
            inspect.signature(part.func).bind(folder="", attempt="", **part.keywords)
        except TypeError as error:
            raise UserError(f"logger.{name} can't be built: {error}") from None
        if part.func in NEEDS:
            NEEDS[part.func]()


@contextlib.contextmanager
def open_loggers(run: Run, attempt: str) -> Iterator[list[Logger]]:
    """The run's loggers, closed with how it ended.

    Args:
        run: whose config names them.
        attempt: when the run was begun for the first time.
    """
    loggers, ended = list[Logger](), False
    try:
        for entry in run.config.logger.values():
            loggers.append(instantiate(entry, folder=run.folder.path, attempt=attempt))
        for dashboard in dashboards(loggers):
            dashboard.log_config(run.config.plain() | _place(run))
        yield loggers
        ended = True
    finally:
        for dashboard in dashboards(loggers):
            dashboard.close(0 if ended else 1)


def _place(run: Run) -> dict[str, Any]:
    """What a dashboard groups runs by, beside the seed: the experiment, and the arm in it."""
    arm = os.environ.get(ARM) or run.config.name
    return {"experiment": os.environ.get(EXPERIMENT), "arm": arm}
