"""A picture enlarged tile by tile, with smaller tiles if these don't fit into memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.errors import UserError
from shoal.pictures.levels import planes
from shoal.upscale.levels import Levels
from shoal.upscale.pixels import stored
from shoal.upscale.place import Host
from shoal.upscale.tiles import Span, spans

Tile = tuple[Span, Span]  # rows and columns

BICUBIC_REACH = 2  # LR pixels to each side that bicubic enlargement looks at


@dataclass(frozen=True)
class Tiling:
    """How pictures are cut into tiles.

    Attributes:
        scale: the factor.
        reach: LR pixels to each side that an SR pixel depends on; None: on all of them, so that
            a picture is a single tile.
        side: of a tile, in LR pixels.
        place: where tiles are computed, which may limit their side.
    """

    scale: int
    reach: int | None
    side: int
    place: Host

    def tiles(self, height: int, width: int) -> list[Tile]:
        """The tiles of an LR picture."""
        reach = max(self.reach or 0, BICUBIC_REACH)
        most = min(self.side, self.place.most or self.side)
        side = max(height, width) if self.reach is None else max(most, 2 * reach + 1)
        columns = spans(width, side, reach)
        return [(row, column) for row in spans(height, side, reach) for column in columns]

    def enlarge(
        self,
        pixels: NDArray[Any],
        method: Callable[[Levels], Levels],
        step: Callable[[], object] = lambda: None,
    ) -> NDArray[Any]:
        """A picture `(H, W)` or `(H, W, C)`, `scale` times as large, of the same type.

        Args:
            pixels: of the picture.
            method: enlarges levels.
            step: called after each tile.

        Raises:
            UserError: even the smallest tile doesn't fit into memory.
        """
        height, width, *channels = pixels.shape
        sr = np.empty((height * self.scale, width * self.scale, *channels), pixels.dtype)
        for rows, columns in self.tiles(height, width):
            kept = rows.kept(self.scale), columns.kept(self.scale)
            tile = self._tile(pixels[rows.read, columns.read], method, kept)
            sr[rows.filled(self.scale), columns.filled(self.scale)] = tile
            step()
        return sr

    def _tile(
        self,
        pixels: NDArray[Any],
        method: Callable[[Levels], Levels],
        kept: tuple[slice, slice],
    ) -> NDArray[Any]:
        """The kept part of a tile's answer, by smaller tiles if it doesn't fit into memory."""
        height, width = pixels.shape[:2]
        if self._is_one(height, width):
            try:
                return stored(method(self.place.lift(planes(pixels)))[(..., *kept)], pixels.dtype)
            except self.place.full:
                pass  # go on after the handler, where the failed attempt's tensors are freed
            self.place.give_way(max(height, width) // 2)
            if self._is_one(height, width):
                words = f"the GPU's memory doesn't hold a tile of {width} x {height} pixels"
                raise UserError(f"{words}: use --runtime torch")
        return self.enlarge(pixels, method)[kept]

    def _is_one(self, height: int, width: int) -> bool:
        return len(self.tiles(height, width)) == 1
