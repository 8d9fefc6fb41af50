"""PNG's chunks gAMA, cHRM, sRGB and cICP, which say how levels are to be shown."""

import struct
from collections.abc import Mapping

USUAL_GAMMA = 45455  # 1 / 2.2 in units of 1e-5, by which programs mean sRGB
# The chromaticities of sRGB in units of 1e-5: x and y of white, red, green and blue.
USUAL_PRIMARIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
NEAR = 100  # tolerance in units of 1e-5: programs round both
USUAL_CODES = b"\x01\x0d\x00\x01"  # cICP (ITU-T H.273): BT.709's primaries, sRGB's curve


def are_usual(chunks: Mapping[bytes, bytes], *, profiled: bool) -> bool:
    """Whether the chunks can be dropped: the picture is sRGB, or its colour profile decides.

    Args:
        chunks: their contents, by their names.
        profiled: whether there is a colour profile, which overrides all but cICP.
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
