"""A run in TensorBoard: its curve, crops, scores and hyperparameters."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lightning.pytorch.loggers import TensorBoardLogger
from PIL import Image


class TensorBoardRun(TensorBoardLogger):
    """Lightning's logger as a `shoal.dashboards.base.Dashboard` that joins the parts of a run.

    TensorBoard's table of hyperparameters has a column for every value of any run, unless a run
    defines columns itself, as Lightning's `log_hyperparams` does. Hence no run here defines any.

    Args:
        folder: of the run; all files go to its subfolder `tensorboard/`.

    Raises:
        ModuleNotFoundError: TensorBoard isn't installed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, name="tensorboard", version="", default_hp_metric=False)
        self._newest = 0
        self._over = False

    def log_hyperparams(self, params: dict[str, Any] | Namespace, *_: Any, **__: Any) -> None:
        """Do nothing: `log_config` shows the whole config, with the task's arguments."""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Show one row at an optimiser step."""
        self._newest = max(self._newest, step or 0)
        super().log_metrics(metrics, step)

    def log_config(self, config: Mapping[str, Any]) -> None:
        """Show every value of the config as a hyperparameter, by its dotted key."""
        self._say_of_session(dict(_dotted(config)), 1)

    def log_samples(self, step: int, paths: Mapping[str, Path]) -> None:
        """Show picture files, as `samples/<name>`."""
        for name, path in paths.items():
            with Image.open(path) as image:
                pixels = np.array(image.convert("RGB"))
            self.experiment.add_image(f"samples/{name}", pixels, step, dataformats="HWC")

    def log_scores(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show the score of every image as the text `scores`, a table."""
        cells = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
        lines = [f"| {' | '.join(_shown(cell) for cell in line)} |" for line in cells]
        self.experiment.add_text("scores", "\n".join(lines), self._newest)

    def log_summary(self, values: Mapping[str, Any]) -> None:
        """Show the numbers at the last step, so that they stand beside the hyperparameters."""
        numbers = {key: value for key, value in values.items() if isinstance(value, int | float)}
        self.log_metrics(numbers, self._newest)

    def close(self, exit_code: int) -> None:
        """Flush everything; mark the session as ended if the run has finished."""
        if self._over:
            return
        self._over = True
        if exit_code == 0:
            self._say_of_session({}, 2)
        self.finalize("success" if exit_code == 0 else "failed")

    def _say_of_session(self, hyperparameters: dict[str, Any], which: int) -> None:
        """Write PyTorch's summary of a session's start (1) or its end (2)."""
        from torch.utils.tensorboard.summary import hparams

        summaries = hparams(hyperparameters, {})  # type: ignore[no-untyped-call]  # PyTorch's gap
        self.experiment._get_file_writer().add_summary(summaries[which], 0)


def _dotted(node: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{before}{key}.")
        elif value is None or isinstance(value, bool | int | float | str):
            yield before + key, value
        else:
            yield before + key, str(value)


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value).replace("|", r"\|")
