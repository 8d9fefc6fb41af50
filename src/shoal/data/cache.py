"""Decoded picture sets as flat memory maps: HR luma as uint8, LR luma as float32.

One folder per set, scale and content (the digest is in its name). It is written beside and renamed,
so it is whole or absent, and two processes that build it at once end with the same one.
"""

import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shoal.data.catalog import PictureSet, locate, verify
from shoal.data.sets import USER
from shoal.errors import UserError
from shoal.pictures import colour, images
from shoal.pictures.resample import crop, downscale
from shoal.system.progress import tracked

# Raised whenever the pixels or the layout change: older caches are then not found any more.
FORMAT = 1
CHUNK = 1 << 24


@dataclass(frozen=True)
class Cache:
    """The pictures of one or more sets at one scale.

    Attributes:
        names: the pictures' names, `(n,)`.
        sizes: height and width of each LR picture, int64 `(n, 2)`.
        starts: where each LR picture begins in `lr`, int64 `(n,)`; HR begins at scale^2 times that.
        hr: HR luma, rounded to integers as `classic` has it, uint8, flat.
        lr: LR luma in [0, 1], float32, flat.
        scale: HR is `scale` times LR.
    """

    names: tuple[str, ...]
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    hr: NDArray[np.uint8]
    lr: NDArray[np.float32]
    scale: int

    def __len__(self) -> int:
        return len(self.names)

    def picture(self, index: int) -> tuple[Tensor, Tensor]:
        """One whole picture: LR `(1, h, w)` and HR `(1, H, W)`, float32 in [0, 1]."""
        height, width = self.sizes[index]
        area, start, s = height * width, self.starts[index], self.scale
        lr = np.array(self.lr[start : start + area]).reshape(1, height, width)
        flat = self.hr[start * s * s : (start + area) * s * s]
        hr = flat.reshape(1, height * s, width * s).astype(np.float32) / 255
        return torch.from_numpy(lr), torch.from_numpy(hr)


def open_cache(
    pictures: PictureSet, data: Path, scale: int, root: Path, *, limit: int | None = None
) -> Cache:
    """The cache of a set, built first where it is not there or not whole.

    Args:
        pictures: the set.
        data: the folder of the downloadable sets.
        scale: an integer >= 2.
        root: the folder of all caches.
        limit: take only the first pictures, as `budget=smoke` does.

    Raises:
        UserError: a picture is missing, differs from the catalogue, can't be read or is smaller
            than the scale; or `root` can't be written.
    """
    locate(pictures, data)
    # One folder serves all sets of this content; of the user's own the order isn't fixed by it.
    content = pictures.order if pictures.role == USER else pictures.digest
    folder = root / f"{pictures.name}-x{scale}-v{FORMAT}-{content[:16]}"
    if not is_whole(folder):
        if folder.exists():
            print(f"{folder} is damaged: built again", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
        _build(folder, pictures.name, verify(pictures, data), scale)
    # Under these names: the cache may have been made of the same pictures under others.
    names = tuple(Path(file.name).stem for file in pictures.files)
    return _open(folder, scale, names[:limit])


def is_whole(folder: Path) -> bool:
    """Whether a cache is there with the very bytes that were written."""
    try:
        index = json.loads((folder / "index.json").read_text())
        return all(_checksum(folder / part) == index["crc32"][part] for part in ("hr", "lr"))
    except (OSError, ValueError, KeyError):
        return False


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            value = zlib.crc32(block, value)
    return value


def _open(folder: Path, scale: int, names: tuple[str, ...]) -> Cache:
    index: dict[str, Any] = json.loads((folder / "index.json").read_text())
    sizes = np.array(index["sizes"], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes.prod(axis=1))[:-1]])
    return Cache(
        names=names,
        sizes=sizes[: len(names)],
        starts=starts[: len(names)],
        hr=np.memmap(folder / "hr", dtype=np.uint8, mode="r"),
        lr=np.memmap(folder / "lr", dtype=np.float32, mode="r"),
        scale=scale,
    )


def _build(folder: Path, name: str, files: Sequence[Path], scale: int) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise UserError(f"the cache can't be written: {error}; choose paths.cache=DIR") from None
    try:
        _write(beside, name, files, scale)
        beside.chmod(0o755)
        # Where another process was faster, its folder is there, whole: ours is dropped.
        if not folder.exists():
            os.rename(beside, folder)  # noqa: PTH104 - fails on a filled folder, which is wanted
    except OSError as error:
        if not is_whole(folder):
            raise UserError(
                f"the cache can't be written: {error}; choose paths.cache=DIR"
            ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(folder: Path, name: str, files: Sequence[Path], scale: int) -> None:
    sizes, checksums = [], {"hr": 0, "lr": 0}
    with (folder / "hr").open("wb") as hr_file, (folder / "lr").open("wb") as lr_file:
        parts: dict[str, BinaryIO] = {"hr": hr_file, "lr": lr_file}
        for hr, lr in _decoded(name, files, scale):
            sizes.append(lr.shape)
            for part, plane in (("hr", hr), ("lr", lr)):
                block = plane.tobytes()
                checksums[part] = zlib.crc32(block, checksums[part])
                parts[part].write(block)
        for file in parts.values():
            file.flush()
            os.fsync(file.fileno())
    index = {"sizes": sizes, "crc32": checksums}
    (folder / "index.json").write_text(json.dumps(index))


def _decoded(
    name: str, files: Sequence[Path], scale: int
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    for file in tracked(files, f"decoding {name}"):
        hr = colour.rounded(crop(colour.luma(images.read(file).pixels), scale))
        if not hr.numel():
            raise UserError(f"{file}: smaller than the scale {scale}")
        lr = downscale(hr, scale) / 255
        yield hr[0, 0].to(torch.uint8).numpy(), lr[0, 0].float().numpy()
