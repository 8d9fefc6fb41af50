"""A picture file that is open: what its header says, and how it is decoded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from shoal.pictures.levels import Pixels

Decoded = tuple[Pixels, Pixels | None]  # pixels and opacity


@dataclass(frozen=True)
class Source:
    """A picture file that is open and not yet decoded.

    Attributes:
        size: width and height as stored.
        decode: returns pixels and opacity, not yet upright.
        mode: Pillow's mode of what is stored.
        orientation: EXIF's orientation of what `decode` returns.
        icc: the colour profile, or None.
        tags: EXIF, or all tags of a TIFF file; None if they are damaged.
        tones: PNG's chunks that say how levels are to be shown.
        notes: what is left out, and why; decoding may add to it.
        is_tiff: whether `tags` are those of a TIFF file.
    """

    size: tuple[int, int]
    decode: Callable[[], Decoded]
    mode: str
    orientation: int = 1
    icc: bytes | None = None
    tags: Image.Exif | None = field(default_factory=Image.Exif)
    tones: Mapping[bytes, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    is_tiff: bool = False
