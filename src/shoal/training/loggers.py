"""The loggers of a run: checked before it begins, open while it works."""

import contextlib
import inspect
import os
from collections.abc import Iterator
from typing import Any

from hydra.utils import instantiate
from lightning.pytorch.loggers import Logger

from shoal.dashboards.base import NEEDS, dashboards
from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.run import Run
from shoal.system.building import built
from shoal.system.variables import ARM, EXPERIMENT


def require_loggers(config: RunConfig) -> None:
    """Make sure that all loggers can be built as the config says; nothing is built or written.

    Raises:
        UserError: a logger isn't found, isn't one, doesn't take an argument, or needs a missing
            package; the message names it.
    """
    for name, entry in config.logger.items():
        part = built(f"logger.{name}", entry, _partial_=True)
        if inspect.isclass(part.func):
            _require_logger(name, part.func)
        try:
            inspect.signature(part.func).bind(folder="", attempt="", **part.keywords)
        except (TypeError, ValueError) as error:  # ValueError: it has no signature
            raise UserError(f"logger.{name} can't be built: {error}") from None
        if part.func in NEEDS:
            NEEDS[part.func]()


@contextlib.contextmanager
def open_loggers(run: Run, attempt: str) -> Iterator[list[Logger]]:
    """Build the run's loggers, and tell dashboards at the end whether the run succeeded.

    Args:
        run: its config names the loggers.
        attempt: when the run first began; tells a run started anew from a resumed one.
    """
    loggers, ended = list[Logger](), False
    try:
        for name, entry in run.config.logger.items():
            logger = instantiate(entry, folder=run.folder.path, attempt=attempt)
            _require_logger(name, type(logger))
            loggers.append(logger)
        for dashboard in dashboards(loggers):
            dashboard.log_config(run.config.plain() | _place(run))
        yield loggers
        ended = True
    finally:
        for dashboard in dashboards(loggers):
            dashboard.close(0 if ended else 1)


def _require_logger(name: str, kind: type) -> None:
    if not issubclass(kind, Logger):
        raise UserError(f"logger.{name} is no lightning Logger but a {kind.__name__}")


def _place(run: Run) -> dict[str, Any]:
    """Return what dashboards group runs by, besides the seed: the experiment and its arm."""
    arm = os.environ.get(ARM) or run.config.name
    return {"experiment": os.environ.get(EXPERIMENT), "arm": arm}
