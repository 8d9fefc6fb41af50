"""One picture to a larger one: luma or colours by the network, the rest bicubic, tile by tile."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from shoal.errors import UserError
from shoal.models.channels import LUMA
from shoal.pictures.colour import grey_levels, largest, levels, rgb, rgb_levels, rounded, ycbcr
from shoal.pictures.images import Picture, decode
from shoal.pictures.resample import upscale
from shoal.upscale.runtimes import Runtime
from shoal.upscale.tiles import Span, spans

BICUBIC_REACH = 2
Enlargeable = TypeVar("Enlargeable", Image.Image, NDArray[Any])


@dataclass(frozen=True)
class Upscaler:
    """Enlarges pictures; what `shoal.load` returns.

    Attributes:
        model: the network's name.
        scale: the factor.
        runtime: what computes it: `torch`, `openvino` or `onnxruntime`.
        run: maps LR to SR.
        reach: LR pixels to each side that an SR pixel depends on; None if on all of them.
        side: of a tile, in LR pixels.
        ensemble: average over the eight symmetries of the square.
        channels: of the pictures that the network maps: 1, luma, beside which chroma is bicubic,
            or 3, RGB.
    """

    model: str
    scale: int
    runtime: str
    run: Runtime
    reach: int | None
    side: int
    ensemble: bool = False
    channels: int = LUMA

    def __call__(self, image: Enlargeable) -> Enlargeable:
        """Enlarge one picture.

        Args:
            image: a Pillow image of any mode, or an array `(H, W)` (grey) or `(H, W, 3)` (RGB):
                uint8, uint16, or float in [0, 1].

        Returns:
            A Pillow image, upright, of mode L, LA, RGB, RGBA or I;16, with the colour profile and
            EXIF in its `info`; or an array of the same type and channels. `scale` times as large.

        Raises:
            UserError: the array is none of these.
        """
        if isinstance(image, Image.Image):
            return _image(self.picture(decode(image)))
        _refuse(image)
        return self._enlarge(image, self._colours, lambda: None)

    def picture(self, picture: Picture, step: Callable[[], object] = lambda: None) -> Picture:
        """Enlarge a decoded picture; `step` is called after each of its tiles."""
        pixels = self._enlarge(picture.pixels, self._colours, step)
        if picture.alpha is None:
            return replace(picture, pixels=pixels)
        alpha = self._enlarge(picture.alpha, self._bicubic, lambda: None)
        return replace(picture, pixels=pixels, alpha=alpha)

    def tiles(self, height: int, width: int) -> list[tuple[Span, Span]]:
        """The tiles of an LR picture: rows and columns."""
        reach = max(self.reach or 0, BICUBIC_REACH)
        side = max(height, width) if self.reach is None else max(self.side, 2 * reach + 1)
        columns = spans(width, side, reach)
        return [(row, column) for row in spans(height, side, reach) for column in columns]

    def _enlarge(
        self, pixels: NDArray[Any], method: Callable[[Tensor], Tensor], step: Callable[[], object]
    ) -> NDArray[Any]:
        height, width, *channels = pixels.shape
        sr = np.empty((height * self.scale, width * self.scale, *channels), pixels.dtype)
        for rows, columns in self.tiles(height, width):
            answer = method(levels(pixels[rows.read, columns.read]))
            kept = answer[..., rows.kept(self.scale), columns.kept(self.scale)]
            sr[rows.filled(self.scale), columns.filled(self.scale)] = _stored(kept, pixels.dtype)
            step()
        return sr

    def _colours(self, lr: Tensor) -> Tensor:
        """Levels of grey or RGB, enlarged."""
        grey = lr.shape[1] == 1
        if self.channels != LUMA:
            sr = self._network(rgb_levels(lr))
            return grey_levels(sr) if grey else sr
        if grey:
            return self._network(lr)
        planes = ycbcr(lr)
        return rgb(torch.cat([self._network(planes[:, :1]), self._bicubic(planes[:, 1:])], dim=1))

    def _network(self, lr: Tensor) -> Tensor:
        given = (lr / 255).float()
        sr = average(self.run, given) if self.ensemble else self.run(given)
        return sr.double() * 255

    def _bicubic(self, lr: Tensor) -> Tensor:
        return upscale(lr, self.scale)


def average(run: Runtime, lr: Tensor) -> Tensor:
    """The mean answer over the eight symmetries of the square, each turned back."""
    answers = []
    for quarters in range(4):
        turned = lr.rot90(quarters, (2, 3))
        for flipped in ((), (3,)):
            sr = run(turned.flip(flipped).contiguous())
            answers.append(sr.flip(flipped).rot90(-quarters, (2, 3)))
    return torch.stack(answers).mean(dim=0)


def _stored(answer: Tensor, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Levels `(1, C, H, W)` as they are stored, `(H, W)` or `(H, W, C)`."""
    top = largest(dtype)
    values = answer[0] * (top / 255)
    planes = values.clamp(0, 1) if dtype.kind == "f" else rounded(values, top)
    array = planes.numpy().astype(dtype)
    return array[0] if len(array) == 1 else np.moveaxis(array, 0, -1)


def _refuse(array: NDArray[Any]) -> None:
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if not (
        fits and array.size and (array.dtype in (np.uint8, np.uint16) or array.dtype.kind == "f")
    ):
        raise UserError(
            f"{array.dtype} {array.shape} is no picture: "
            "(H, W) or (H, W, 3) of uint8, uint16 or float in [0, 1]"
        )


def _image(picture: Picture) -> Image.Image:
    channels: NDArray[Any] = picture.pixels
    if picture.alpha is not None and picture.pixels.dtype == np.uint8:
        channels = np.dstack([picture.pixels, picture.alpha])
    image = Image.fromarray(channels)
    if picture.icc:
        image.info["icc_profile"] = picture.icc
    if picture.exif:
        image.info["exif"] = picture.exif
    return image
