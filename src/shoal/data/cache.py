"""Decoded picture sets as flat memory maps: HR as uint8, LR luma as float32, LR RGB as uint8.

One folder per set, scale, form and content (the digest is in its name), shared by all runs.
"""

import json
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shoal.data.catalog import locate, verify
from shoal.data.decoding import FORMS, build, is_whole
from shoal.data.sets import USER, PictureSet

# Raised whenever the pixels or the layout change, so that older caches are not used any more.
FORMAT = 2


@dataclass(frozen=True)
class Cache:
    """The decoded pictures of a set at one scale.

    Attributes:
        names: the pictures' names, `(n,)`.
        sizes: height and width of each LR picture, int64 `(n, 2)`.
        starts: the number of LR pixels of all pictures before each, int64 `(n,)`. A picture begins
            at `channels` times that in `lr`, and at scale^2 times as far in `hr`.
        hr: uint8 levels of all pictures, plane by plane in one dimension: luma, rounded to integers
            as `classic` has it, or RGB.
        lr: float32 luma in [0, 1], or uint8 levels of RGB, laid out in the same way.
        scale: HR is `scale` times as large as LR.
        channels: planes of a picture: 1, luma, or 3, RGB.
        grey: indices of the pictures whose files are grey, if three planes repeat it.
    """

    names: tuple[str, ...]
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    hr: NDArray[np.uint8]
    lr: NDArray[np.float32] | NDArray[np.uint8]
    scale: int
    channels: int = 1
    grey: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.names)

    def picture(self, index: int) -> tuple[Tensor, Tensor]:
        """One whole picture: LR `(C, h, w)` and HR `(C, H, W)`, float32 in [0, 1].

        HR of a grey file is `(1, H, W)` even if C is 3, since it is scored as grey.
        """
        lr, hr = self.stored(index)
        return unit(lr), unit(hr[:1] if index in self.grey else hr)

    def stored(self, index: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """One whole picture as it is stored: LR `(C, h, w)` and HR `(C, H, W)`, copies."""
        height, width = self.sizes[index]
        first, size = self._within(index)
        area, s = self.scale**2, self.scale
        hr = self.hr[first * area : (first + size) * area].reshape(-1, height * s, width * s)
        return np.array(self.planes(index)), np.array(hr)

    def planes(self, index: int) -> NDArray[Any]:
        """LR of one picture as it is stored, `(C, h, w)`, a view."""
        first, size = self._within(index)
        return self.lr[first : first + size].reshape(-1, *self.sizes[index])

    def _within(self, index: int) -> tuple[int, int]:
        """The first index of a picture in `lr`, and how many values it has there."""
        size = int(self.sizes[index].prod())
        return self.channels * int(self.starts[index]), self.channels * size


def unit(values: NDArray[Any]) -> Tensor:
    """Values of a cache as float32 in [0, 1]: uint8 levels are divided by 255."""
    tensor = torch.from_numpy(values)
    return tensor.float().div_(255) if values.dtype == np.uint8 else tensor


def open_cache(
    pictures: PictureSet,
    data: Path,
    scale: int,
    root: Path,
    *,
    limit: int | None = None,
    channels: int = 1,
    size: float = 1,
) -> Cache:
    """The cache of a set, which is built if it is missing or damaged.

    Args:
        pictures: the set.
        data: the folder of the downloadable sets.
        scale: an integer >= 2.
        root: the folder of all caches.
        limit: take only so many pictures, the first ones, as `budget=smoke` does.
        channels: 1 for luma, 3 for RGB.
        size: 1: the pictures themselves; below 1: copies of them reduced by this factor.

    Raises:
        UserError: a picture is missing, differs from the catalogue, can't be read or is smaller
            than the scale; or `root` can't be written.
    """
    locate(pictures, data)
    # One folder serves all sets of the same content. In a user's own the order may differ.
    content = pictures.order if pictures.role == USER else pictures.digest
    form = FORMS[channels].of_copies(size)
    folder = root / f"{pictures.name}-x{scale}{form.name}-v{FORMAT}-{content[:16]}"
    if not is_whole(folder):
        _clear(folder)
        build(folder, pictures.name, verify(pictures, data), scale, form)
    # The names of these files: the cache may have been built from the same pictures renamed.
    of = "" if size == 1 else f" at {size}"
    names = tuple(f"{Path(file.name).stem}{of}" for file in pictures.files)
    return _open(folder, scale, channels, names[:limit])


def _clear(folder: Path) -> None:
    """Remove a damaged cache, unless another run has replaced it with a whole one by now."""
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    if is_whole(folder) or not folder.exists():
        return
    with suppress(FileNotFoundError):  # another run was faster
        folder.rename(aside)
    # Checked again and deleted under a name that no other run uses.
    if is_whole(aside):
        with suppress(OSError):
            aside.rename(folder)
    elif aside.exists():
        print(f"{folder} is damaged: built again", flush=True)
    shutil.rmtree(aside, ignore_errors=True)


def _open(folder: Path, scale: int, channels: int, names: tuple[str, ...]) -> Cache:
    index: dict[str, Any] = json.loads((folder / "index.json").read_text())
    sizes = np.array(index["sizes"], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes.prod(axis=1))[:-1]])
    return Cache(
        names=names,
        sizes=sizes[: len(names)],
        starts=starts[: len(names)],
        hr=np.memmap(folder / "hr", dtype=np.uint8, mode="r"),
        lr=np.memmap(folder / "lr", dtype=FORMS[channels].lr, mode="r"),
        scale=scale,
        channels=channels,
        grey=frozenset(index.get("grey", ())),
    )
