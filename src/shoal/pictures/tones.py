"""How the levels of a PNG file are to be shown: its chunks gAMA, cHRM, sRGB and cICP."""

import struct
from collections.abc import Mapping

USUAL_GAMMA = 45455  # 1 / 2.2, in hundred-thousandths, which stands for sRGB
# White, red, green and blue of sRGB, x and y each.
USUAL_PRIMARIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
NEAR = 100  # of both: what programs round
USUAL_CODES = b"\x01\x0d\x00\x01"  # cICP (ITU-T H.273): BT.709's primaries, sRGB's curve


def are_usual(chunks: Mapping[bytes, bytes], *, profiled: bool) -> bool:
    """Whether a file without the chunks shows the same: as sRGB, or as its colour profile says.

    Args:
        chunks: what they hold, by their names.
        profiled: whether there is a colour profile, which goes before all but cICP.
    """
    if b"cICP" in chunks:
        return chunks[b"cICP"] == USUAL_CODES
    if profiled or b"sRGB" in chunks:
        return True
    gamma, primaries = chunks.get(b"gAMA"), chunks.get(b"cHRM")
    return (gamma is None or _near(gamma, (USUAL_GAMMA,))) and (
        primaries is None or _near(primaries, USUAL_PRIMARIES)
    )


def _near(content: bytes, usual: tuple[int, ...]) -> bool:
    values = struct.unpack(f">{len(usual)}I", content)
    return all(abs(value - other) <= NEAR for value, other in zip(values, usual, strict=True))
