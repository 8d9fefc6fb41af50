"""Further columns of scores beside PSNR and SSIM, each a metric of torchmetrics."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from torchmetrics import Metric

from shoal.errors import UserError, first_line
from shoal.system.building import built

# How a metric's input is made from luma levels `(1, 1, H, W)` in 0..255, the border shaved off.
GIVEN: dict[str, Callable[[Tensor], Tensor]] = {
    "levels": lambda levels: levels.float(),
    "unit": lambda levels: (levels / 255).float(),
    # For metrics by networks that take RGB: luma, repeated.
    "unit_rgb": lambda levels: (levels / 255).float().expand(-1, 3, -1, -1),
}


@dataclass(frozen=True)
class Column:
    """One score of each picture.

    Attributes:
        name: the column's name.
        metric: updated with one picture at a time, and reset after it.
        given: a key of `GIVEN`: what the metric takes.
    """

    name: str
    metric: "Metric"
    given: str

    def value(self, sr: Tensor, hr: Tensor) -> float:
        """The score of one pair of luma levels `(1, 1, H, W)`.

        Raises:
            UserError: the metric fails, or gives anything but a single number.
        """
        prepare = GIVEN[self.given]
        try:
            self.metric.reset()
            self.metric.update(prepare(sr), prepare(hr))
            value: Any = self.metric.compute()
            self.metric.reset()
        except Exception as error:
            height, width = hr.shape[-2:]
            words = f"metrics.{self.name} can't score {width} x {height} pixels"
            raise UserError(f"{words}: {first_line(error)}") from error
        if not isinstance(value, Tensor) or value.numel() != 1:
            kind = type(value).__name__
            raise UserError(f"metrics.{self.name} gives a {kind}, not a single number")
        return float(value)


def build_columns(metrics: Mapping[str, Mapping[str, Any]]) -> list[Column]:
    """The columns of a config's `metrics`.

    Raises:
        UserError: one can't be built, or isn't a `torchmetrics.Metric`.
    """
    return [
        Column(name, _metric(name, entry["metric"]), entry["given"])
        for name, entry in metrics.items()
    ]


def _metric(name: str, config: Mapping[str, Any]) -> "Metric":
    from torchmetrics import Metric  # here, since most runs have no such column

    metric = built(f"metrics.{name}", config)
    if not isinstance(metric, Metric):
        kind = type(metric).__name__
        raise UserError(f"metrics.{name} is no torchmetrics.Metric but a {kind}")
    return metric


def try_columns(columns: Iterable[Column], sizes: Mapping[str, tuple[int, int]]) -> None:
    """Try each column on noise of the smallest picture's size, before hours of training.

    Args:
        columns: to try.
        sizes: height and width of what will be scored by the picture's name; at least one.

    Raises:
        UserError: a column fails; the message names the picture.
    """
    name, (height, width) = min(sizes.items(), key=lambda item: min(item[1]))
    if min(height, width) < 1:
        return  # PSNR and SSIM refuse it too, in their own words
    # A generator of its own, so that the weights that are drawn next don't depend on it.
    noise = torch.rand(2, 1, 1, height, width, generator=torch.Generator().manual_seed(0)) * 255
    for column in columns:
        try:
            column.value(noise[0], noise[1])
        except UserError as error:
            raise UserError(f"{name}: {error}") from error
