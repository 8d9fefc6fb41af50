"""A picture cut into equal tiles that overlap by what the network sees."""

import os
from dataclasses import dataclass

from shoal.errors import UserError

# What the layers of one tile may take: more makes nothing faster, and pictures need memory too.
MEMORY = 128 << 20
SHARE = 8  # of the memory that is free, at most this part


@dataclass(frozen=True)
class Span:
    """One axis of a tile, in LR pixels.

    Attributes:
        start: where reading begins.
        stop: where it ends.
        first: where the part begins that is kept of the answer.
        last: where that ends.
    """

    start: int
    stop: int
    first: int
    last: int

    @property
    def read(self) -> slice:
        """What is read of the LR picture."""
        return slice(self.start, self.stop)

    def kept(self, scale: int) -> slice:
        """What is kept of the tile's answer."""
        return slice((self.first - self.start) * scale, (self.last - self.start) * scale)

    def filled(self, scale: int) -> slice:
        """Where that goes in the SR picture."""
        return slice(self.first * scale, self.last * scale)


def spans(size: int, side: int, reach: int) -> list[Span]:
    """Cut an axis into pieces of one length, at most `side`.

    What is kept is at least `reach` away from a piece's ends, but at the picture's own ends, which
    the pieces share: there the network pads as it does for the whole picture.

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
    """The side of a tile in LR pixels: the one asked for, or what the memory allows.

    Args:
        layer_bytes: per LR pixel that the largest layer's input and output take.
        reach: LR pixels to each side that an SR pixel depends on.
        tile: the side asked for.
        memory: bytes that the layers may take; None: by what the host has.

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
    # Besides the largest layer's input and output, a residual or a parallel branch is kept.
    memory = min(MEMORY, free_memory() // SHARE) if memory is None else memory
    pixels = memory // (2 * max(layer_bytes, 1))
    return max(int(pixels**0.5), least + reach)  # at least a third of each side is kept


def free_memory() -> int:
    """Bytes that no one uses; where the system doesn't say, enough."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return MEMORY * SHARE
