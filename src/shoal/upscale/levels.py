"""Levels enlarged: luma or RGB by a network, chroma by bicubic interpolation."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.models.channels import LUMA
from shoal.pictures.arrays import cast, namespace
from shoal.pictures.colour import grey_levels, grey_of, luma_of, rgb, ycbcr
from shoal.pictures.levels import rgb_levels
from shoal.pictures.resample import upscale
from shoal.upscale import transparency
from shoal.upscale.ready import Runtime
from shoal.upscale.symmetries import average

Levels = Any  # float64 `(1, C, H, W)`: arrays, or tensors on a GPU

TRANSPARENT = ((2,), (4,))  # shapes of the channels: grey with opacity, and RGB with opacity


@dataclass(frozen=True)
class OfLevels:
    """Enlarges levels by a network.

    Attributes:
        run: maps LR to SR.
        scale: the factor.
        channels: of the network: 1, luma, beside which chroma is interpolated, or 3, RGB.
        ensemble: average over the eight symmetries of the square.
    """

    run: Runtime
    scale: int
    channels: int = LUMA
    ensemble: bool = False

    def __call__(self, lr: Levels) -> Levels:
        """Levels of grey or RGB, with or without opacity, `scale` times as large."""
        if lr.shape[1:2] in TRANSPARENT:
            return transparency.enlarge(lr, self._colours, self.scale)
        return self._colours(lr)

    def _colours(self, lr: Levels) -> Levels:
        """Levels of grey or RGB, enlarged; grey has the result of the same grey stored as RGB."""
        grey = lr.shape[1] == 1
        if self.channels != LUMA:
            sr = self._network(rgb_levels(lr))
            return grey_levels(sr) if grey else sr
        if grey:
            return grey_of(self._network(luma_of(lr)))
        given = ycbcr(lr)
        parts = [self._network(given[:, :1]), upscale(given[:, 1:], self.scale)]
        return rgb(namespace(lr).concatenate(parts, 1))

    def _network(self, lr: Levels) -> Levels:
        given = cast(lr / 255, np.float32)
        sr = average(self.run, given) if self.ensemble else self.run(given)
        return cast(sr, np.float64) * 255
