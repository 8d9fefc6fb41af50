"""One picture to a larger one: luma by the network, chroma and opacity bicubic, tile by tile."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.errors import UserError
from shoal.pictures.colour import largest, planes, rgb, rounded, ycbcr
from shoal.pictures.images import Picture, decode
from shoal.pictures.resample import upscale
from shoal.upscale.runtimes import Runtime
from shoal.upscale.tiles import Span, spans

Levels = NDArray[np.float64]

BICUBIC_REACH = 2
Enlargeable = TypeVar("Enlargeable", Image.Image, NDArray[Any])


@dataclass(frozen=True)
class Upscaler:
    """Enlarges pictures; what `shoal.load` returns.

    Attributes:
        model: the network's name.
        scale: the factor.
        runtime: what computes it: `torch`, `openvino` or `onnxruntime`.
        run: maps LR luma to SR luma.
        reach: LR pixels to each side that an SR pixel depends on; None if on all of them.
        side: of a tile, in LR pixels.
        ensemble: average over the eight symmetries of the square.
    """

    model: str
    scale: int
    runtime: str
    run: Runtime
    reach: int | None
    side: int
    ensemble: bool = False

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
        self, pixels: NDArray[Any], method: Callable[[Levels], Levels], step: Callable[[], object]
    ) -> NDArray[Any]:
        height, width, *channels = pixels.shape
        sr = np.empty((height * self.scale, width * self.scale, *channels), pixels.dtype)
        for rows, columns in self.tiles(height, width):
            answer = method(planes(pixels[rows.read, columns.read]))
            kept = answer[..., rows.kept(self.scale), columns.kept(self.scale)]
            sr[rows.filled(self.scale), columns.filled(self.scale)] = _stored(kept, pixels.dtype)
            step()
        return sr

    def _colours(self, lr: Levels) -> Levels:
        """Levels of grey or RGB, enlarged."""
        if lr.shape[1] == 1:
            return self._luma(lr)
        given = ycbcr(lr)
        return rgb(np.concatenate([self._luma(given[:, :1]), self._bicubic(given[:, 1:])], axis=1))

    def _luma(self, lr: Levels) -> Levels:
        given = (lr / 255).astype(np.float32)
        sr = average(self.run, given) if self.ensemble else self.run(given)
        return sr.astype(np.float64) * 255

    def _bicubic(self, lr: Levels) -> Levels:
        return upscale(lr, self.scale)


def average(run: Runtime, lr: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean answer over the eight symmetries of the square, each turned back."""
    answers = []
    for quarters in range(4):
        turned = np.rot90(lr, quarters, (2, 3))
        for flipped in ((), (3,)):
            sr = run(np.ascontiguousarray(np.flip(turned, flipped)))
            answers.append(np.rot90(np.flip(sr, flipped), -quarters, (2, 3)))
    mean: NDArray[np.float32] = np.stack(answers).mean(axis=0)
    return mean


def _stored(answer: Levels, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Levels `(1, C, H, W)` as they are stored, `(H, W)` or `(H, W, C)`."""
    top = largest(dtype)
    values = answer[0] * (top / 255)
    array = (values.clip(0, 1) if dtype.kind == "f" else rounded(values, top)).astype(dtype)
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
