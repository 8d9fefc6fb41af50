"""What dashboards have in common, and those of CSV files and TensorBoard.

Dashboards mirror a run's local files, and nothing is ever read from them. Every `_target_` in
`conf/logger` is called with `folder`, the run's folder, and `attempt`, the time at which the run
first started: a resumed run keeps it, and `force=true` sets a new one.
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
    """A logger that shows more than rows of metrics."""

    def log_config(self, config: Mapping[str, Any]) -> None:
        """Show the whole resolved config."""

    def log_samples(self, step: int, paths: Mapping[str, Path]) -> None:
        """Show picture files, by name, as of an optimiser step."""

    def log_scores(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show the score of every image, one row each, all with the same keys."""

    def log_summary(self, values: Mapping[str, Any]) -> None:
        """Show values of the run as a whole: best and final scores, parameters."""

    def close(self, exit_code: int) -> None:
        """End the dashboard; `exit_code` is 0 if the run has finished. May be called twice."""


def dashboards(loggers: Iterable[Logger]) -> list[Dashboard]:
    """Those of a trainer's loggers that show more than rows of metrics."""
    return [logger for logger in loggers if isinstance(logger, Dashboard)]


def csv_logger(folder: Path, attempt: str) -> CSVLogger:
    """Lightning's CSV logger, which writes `csv/version_N/metrics.csv`.

    N counts the parts of a resumed run: each has its own folder, since this logger empties the
    folder that it is given.
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
        raise UserError("logger=tensorboard needs TensorBoard: pip install 'shoal-sr[tensorboard]'")


# Checks of a logger's requirements, made before a run's folder is created.
NEEDS: Mapping[Callable[..., Logger], Callable[[], None]] = {
    tensorboard_logger: require_tensorboard
}
