"""Bicubic's scores on a set, computed once and kept beside the decoded pictures."""

import contextlib
import json
import zlib
from pathlib import Path

from shoal.data.sets import PictureSet
from shoal.evaluation.benchmark import Score, score
from shoal.models.bicubic import Bicubic
from shoal.system.files import write_whole

FORMAT = 1  # raised whenever bicubic's scores change, or how they are kept


def bicubic_rows(
    pictures: PictureSet,
    data: Path,
    root: Path,
    protocol: str,
    scale: int,
    limit: int | None = None,
) -> list[Score]:
    """Bicubic's rows of a test set, as `benchmark.score` gives them.

    Args:
        pictures: the set.
        data: the folder of the downloadable sets.
        root: the folder of all caches.
        protocol: a key of `PROTOCOLS`.
        scale: an integer >= 2.
        limit: score only the first pictures.

    Raises:
        UserError: a picture is missing, differs from the catalogue, or is too small.
    """
    count = min(len(pictures.files), limit or len(pictures.files))
    # Scores are kept by the pictures' content and order; names are those of today's files.
    place = root / f"bicubic-x{scale}-{protocol}-v{FORMAT}-{pictures.order[:16]}.json"
    values = _kept(place)
    if len(values) < count:
        rows = score(Bicubic(scale), [pictures], data, protocol, scale, limit, cache=root)
        _keep(place, [(row["psnr"], row["ssim"]) for row in rows])
        return rows
    names = (Path(file.name).stem for file in pictures.files[:count])
    return [
        {"dataset": pictures.name, "image": name, "protocol": protocol, "psnr": psnr, "ssim": ssim}
        for name, (psnr, ssim) in zip(names, values, strict=False)
    ]


def _kept(place: Path) -> list[tuple[float, float]]:
    try:
        checksum, text = place.read_text().split(" ", 1)
        return json.loads(text) if int(checksum) == zlib.crc32(text.encode()) else []
    except (OSError, ValueError):
        return []


def _keep(place: Path, values: list[tuple[float, float]]) -> None:
    text = json.dumps(values)
    with contextlib.suppress(OSError):  # what isn't kept is computed again the next time
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, f"{zlib.crc32(text.encode())} {text}")
