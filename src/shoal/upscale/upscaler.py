"""The upscaler: enlarges a picture, given as a file, a Pillow image or an array."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shoal.models.channels import LUMA
from shoal.pictures.images import Picture, decode, read
from shoal.upscale.levels import TRANSPARENT, OfLevels
from shoal.upscale.pixels import image as as_image
from shoal.upscale.pixels import require_picture
from shoal.upscale.place import Host
from shoal.upscale.ready import Runtime
from shoal.upscale.tiling import Tile, Tiling

CORNER = 192  # side of the part that both precisions are tried on, LR pixels
ALIKE = 1e-3  # greatest mean difference in [0, 1]: a quarter of an 8-bit level


@dataclass(frozen=True)
class Upscaler:
    """Enlarges pictures; what `shoal.load` returns.

    Attributes:
        model: the network's name.
        scale: the factor.
        runtime: `cuda`, `torch`, `openvino` or `onnxruntime`.
        run: maps LR to SR.
        reach: LR pixels to each side that an SR pixel depends on; None: on all of them.
        side: of a tile, in LR pixels.
        ensemble: average over the eight symmetries of the square.
        channels: of the network: 1, luma, beside which chroma is interpolated, or 3, RGB.
        place: where it is computed.
        halved: `run` in half precision, or None; see `suited`.
        weights: for each network in a row its scale and the SHA-256 of its file.
    """

    model: str
    scale: int
    runtime: str
    run: Runtime
    reach: int | None
    side: int
    ensemble: bool = False
    channels: int = LUMA
    place: Host = field(default_factory=Host)
    halved: Runtime | None = None
    weights: tuple[str, ...] = ()

    @overload
    def __call__(self, image: str | Path | Image.Image) -> Image.Image: ...
    @overload
    def __call__(self, image: NDArray[Any]) -> NDArray[Any]: ...

    def __call__(
        self, image: str | Path | Image.Image | NDArray[Any]
    ) -> Image.Image | NDArray[Any]:
        """Enlarge one picture.

        Args:
            image: the path of a picture; a Pillow image, of mode F with values in [0, 1]; or an
                array `(H, W)` (grey), `(H, W, 3)` (RGB) or `(H, W, 4)` (RGB and opacity), uint8,
                uint16, or float in [0, 1].

        Returns:
            `scale` times as large: for an array an array of the same dtype and channels, else a
            Pillow image, upright, of mode L, LA, RGB, RGBA, F or I;16, with the colour profile and
            EXIF in its `info`. 16-bit colours of a file become 8 bits, since Pillow has no mode
            for them.

        Raises:
            UserError: the picture is none of these.
        """
        if isinstance(image, str | Path):
            return as_image(self.picture(read(Path(image))))
        if isinstance(image, Image.Image):
            if image.mode == "F":
                return Image.fromarray(self(np.asarray(image)))
            return as_image(self.picture(decode(image)))
        require_picture(image)
        return self._larger(image, lambda: None)

    def picture(self, picture: Picture, step: Callable[[], object] = lambda: None) -> Picture:
        """Enlarge a decoded picture; `step` is called after each of its tiles."""
        if picture.alpha is None:
            return replace(picture, pixels=self._larger(picture.pixels, step))
        larger = self._larger(np.dstack([picture.pixels, picture.alpha]), step)
        colours = larger[..., 0] if picture.pixels.ndim == 2 else larger[..., :-1]
        return replace(picture, pixels=colours, alpha=larger[..., -1])

    def _larger(self, pixels: NDArray[Any], step: Callable[[], object]) -> NDArray[Any]:
        """Grey `(H, W)`, RGB `(H, W, 3)`, or either with opacity as one more channel."""
        sr = self.suited(pixels)._enlarge(pixels, step)
        if pixels.shape[2:] in TRANSPARENT:
            sr[sr[..., -1] == 0] = 0  # colours that nothing shows
        return sr

    def suited(self, pixels: NDArray[Any]) -> "Upscaler":
        """This upscaler in half precision, if an 8-bit picture doesn't show the difference.

        Both precisions are tried on the picture's top-left corner: rounded to 8 bits, the results
        may differ by one level at most, and by `ALIKE` on average. If they differ by more, a line
        on stderr says so.
        """
        if self.halved is None or pixels.dtype != np.uint8:
            return replace(self, halved=None)
        whole = replace(self, halved=None)
        half = replace(whole, run=self.halved)
        corner = pixels[:CORNER, :CORNER]
        wide, short = (each._enlarge(corner) for each in (whole, half))
        off = np.abs(wide.astype(int) - short)
        if off.max() <= 1 and off.mean() / 255 <= ALIKE:
            return half
        words = f"by up to {off.max()} levels, by {off.mean() / 255:.1e} on average"
        print(f"shoal: half precision would be off {words}: float32 is used", file=sys.stderr)
        return whole

    def tiles(self, height: int, width: int) -> list[Tile]:
        """The tiles of an LR picture."""
        return self._tiling.tiles(height, width)

    @property
    def _tiling(self) -> Tiling:
        return Tiling(self.scale, self.reach, self.side, self.place)

    def _enlarge(
        self, pixels: NDArray[Any], step: Callable[[], object] = lambda: None
    ) -> NDArray[Any]:
        method = OfLevels(self.run, self.scale, self.channels, self.ensemble)
        return self._tiling.enlarge(pixels, method, step)
