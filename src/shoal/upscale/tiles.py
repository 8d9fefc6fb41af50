"""The tiles of a picture: of equal size, overlapping as far as the network looks."""

import os
from dataclasses import dataclass

from shoal.errors import UserError

# Bytes that the layers of a tile may take: more is no faster, and pictures need memory too.
MEMORY = 128 << 20
SHARE = 8  # they may take 1 / SHARE of the free memory at most


@dataclass(frozen=True)
class Span:
    """One axis of a tile, in LR pixels.

    Attributes:
        start: where the tile begins.
        stop: where it ends.
        first: where the part of it begins whose answer is kept.
        last: where that part ends.
    """

    start: int
    stop: int
    first: int
    last: int

    @property
    def read(self) -> slice:
        """The tile in the LR picture."""
        return slice(self.start, self.stop)

    def kept(self, scale: int) -> slice:
        """The part of the tile's answer that is kept."""
        return slice((self.first - self.start) * scale, (self.last - self.start) * scale)

    def filled(self, scale: int) -> slice:
        """Where that part goes in the SR picture."""
        return slice(self.first * scale, self.last * scale)


def spans(size: int, side: int, reach: int) -> list[Span]:
    """Cut an axis into overlapping pieces of equal length, at most `side`.

    The kept part is at least `reach` away from the ends of a piece, except at the picture's own
    edges, where the network pads a tile as it pads the whole picture.

    >>> [(span.start, span.stop, span.first, span.last) for span in spans(20, 10, 2)]
    [(0, 10, 0, 7), (5, 15, 7, 12), (10, 20, 12, 20)]
    """
    if side >= size:
        return [Span(0, size, 0, size)]
    count = -(-(size - 2 * reach) // (side - 2 * reach))
    length = -(-(size - 2 * reach) // count) + 2 * reach
    starts = [number * (size - length) // (count - 1) for number in range(count)]
    edges = [0, *(start + reach for start in starts[1:]), size]
    pieces = zip(starts, edges[:-1], edges[1:], strict=True)
    return [Span(start, start + length, first, last) for start, first, last in pieces]


def side_for(
    layer_bytes: int, reach: int, tile: int | None = None, memory: int | None = None
) -> int:
    """The side of a tile in LR pixels: the one asked for, or what memory allows.

    Args:
        layer_bytes: bytes per LR pixel of the largest layer's input and output.
        reach: LR pixels to each side that an SR pixel depends on.
        tile: the side asked for, or None.
        memory: bytes that the layers may take; None: by the host's free memory.

    Raises:
        UserError: a tile of that side would be nothing but overlap.
    """
    least = 2 * reach + 1
    if tile is not None:
        if tile < least:
            raise UserError(
                f"a tile of {tile} pixels is too small: this network needs at least {least}"
            )
        return tile
    # Twice as much, for a residual or a parallel branch beside the largest layer.
    memory = min(MEMORY, free_memory() // SHARE) if memory is None else memory
    pixels = memory // (2 * max(layer_bytes, 1))
    return max(int(pixels**0.5), least + reach)  # at least a third of each side is kept


def free_memory() -> int:
    """Free memory in bytes; enough for `MEMORY` if the system doesn't tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return MEMORY * SHARE
