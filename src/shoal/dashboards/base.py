"""Where a run can be watched: mirrors of its local files, which alone are the truth.

Every `_target_` of `conf/logger` is called with `folder` (the run's) and `attempt` (when this run
was begun for the first time, the same for all its parts, another after `force=true`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from lightning.pytorch.loggers import CSVLogger, Logger

from shoal.dashboards.tensorboard_run import TensorBoardRun
from shoal.errors import UserError


@runtime_checkable
class Dashboard(Protocol):
    """A logger that shows more than rows of numbers."""

    def log_config(self, config: Mapping[str, Any]) -> None:
        """Show the whole resolved config."""

    def log_samples(self, step: int, paths: Mapping[str, Path]) -> None:
        """Show picture files as they were at an optimiser step, by name."""

    def log_scores(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show the score of every image, one row each, all with the same keys."""

    def log_summary(self, values: Mapping[str, Any]) -> None:
        """Show what is said of the run as a whole: best and final values, parameters."""

    def close(self, exit_code: int) -> None:
        """End: 0 for a finished run, anything else for a failed one. Safe to call twice."""


def dashboards(loggers: Iterable[Logger]) -> list[Dashboard]:
    """Those of a trainer's loggers that show more than rows of numbers."""
    return [logger for logger in loggers if isinstance(logger, Dashboard)]


def csv_logger(folder: Path, attempt: str) -> CSVLogger:
    """Lightning's CSV logger: `csv/version_N/metrics.csv`, N being the part of a resumed run.

    A part has a folder of its own because this logger empties the one it is given.
    """
    del attempt  # a forced run starts in an empty folder
    return CSVLogger(folder, name="csv", flush_logs_every_n_steps=1)


def tensorboard_logger(folder: Path, attempt: str) -> TensorBoardRun:
    """A run in TensorBoard.

    Raises:
        UserError: If TensorBoard is not installed.
    """
    del attempt  # a forced run starts in an empty folder
    require_tensorboard()
    return TensorBoardRun(folder)


def require_tensorboard() -> None:
    """Make sure that TensorBoard is installed.

    Raises:
        UserError: it isn't.
    """
    if find_spec("tensorboard") is None:
        raise UserError(
            "logger=tensorboard needs a package more: pip install 'shoal-sr[tensorboard]'"
        )


# What a logger needs, asked before a run's folder is there.
NEEDS: Mapping[Callable[..., Logger], Callable[[], None]] = {
    tensorboard_logger: require_tensorboard
}
