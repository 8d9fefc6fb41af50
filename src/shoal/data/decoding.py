"""Picture files decoded into the folder of a cache, which is whole or absent."""

import json
import os
import shutil
import tempfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from shoal.errors import UserError
from shoal.pictures import images
from shoal.pictures.degrade import luma_pair, rgb_pair, smaller
from shoal.pictures.levels import Pixels
from shoal.system.progress import tracked

CHUNK = 1 << 24  # bytes read at a time
PARTS = ("hr", "lr")
AHEAD = min(4, os.cpu_count() or 1)  # pictures decoded at a time; a large one takes some 100 MB
Planes = NDArray[Any]  # (C, H, W), as they are stored


@dataclass(frozen=True)
class Form:
    """What a cache stores of each picture.

    Attributes:
        name: part of the cache's name.
        lr: dtype of LR: float32 for luma in [0, 1], uint8 for levels of RGB, which MATLAB rounds.
        pair: makes LR and HR levels `(1, C, H, W)` of a picture's pixels and a scale.
        size: 1: the pictures themselves; below 1: copies of them reduced by this factor.
    """

    name: str
    lr: type[np.float32] | type[np.uint8]
    pair: Callable[[Pixels, int], tuple[Tensor, Tensor]]
    size: float = 1

    def of_copies(self, size: float) -> "Form":
        """The form of copies reduced by a factor; this form itself for a factor of 1."""
        return self if size == 1 else replace(self, name=f"{self.name}-of-{size}", size=size)


# By the number of channels.
FORMS = {1: Form("", np.float32, luma_pair), 3: Form("-rgb", np.uint8, rgb_pair)}


def is_whole(folder: Path) -> bool:
    """Whether a cache exists and has the bytes that were written, by their checksums."""
    try:
        index = json.loads((folder / "index.json").read_text())
        return all(_checksum(folder / part) == index["crc32"][part] for part in PARTS)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            value = zlib.crc32(block, value)
    return value


def build(folder: Path, name: str, files: Sequence[Path], scale: int, form: Form) -> None:
    """Decode the pictures of a set into a new folder.

    Args:
        folder: the cache's; it is written under another name and renamed.
        name: of the set, for the progress bar.
        files: of the set.
        scale: an integer >= 2.
        form: what is stored of each picture.

    Raises:
        UserError: a picture can't be read or is smaller than the scale, or the cache can't be
            written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise _unwritable(error) from None
    try:
        _write(beside, name, files, scale, form)
        beside.chmod(0o755)
        # If another process was faster, its whole folder is there, and ours is dropped.
        if not folder.exists():
            os.rename(beside, folder)  # noqa: PTH104 - fails on a filled folder, which is wanted
    except OSError as error:
        if not is_whole(folder):
            raise _unwritable(error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _unwritable(error: OSError) -> UserError:
    return UserError(f"the cache can't be written: {error}; choose paths.cache=DIR")


def _write(folder: Path, name: str, files: Sequence[Path], scale: int, form: Form) -> None:
    sizes, checksums, grey = [], dict.fromkeys(PARTS, 0), []
    with (folder / "hr").open("wb") as hr_file, (folder / "lr").open("wb") as lr_file:
        parts: dict[str, BinaryIO] = {"hr": hr_file, "lr": lr_file}
        for number, (pixels, hr, lr) in enumerate(_decoded(name, files, scale, form)):
            sizes.append(lr.shape[1:])
            if len(lr) > 1 and pixels.ndim == 2:
                grey.append(number)
            for part, planes in (("hr", hr), ("lr", lr)):
                block = planes.tobytes()
                checksums[part] = zlib.crc32(block, checksums[part])
                parts[part].write(block)
        for file in parts.values():
            file.flush()
            os.fsync(file.fileno())
    index: dict[str, Any] = {"sizes": sizes, "crc32": checksums}
    (folder / "index.json").write_text(json.dumps(index | ({"grey": grey} if grey else {})))


def _decoded(
    name: str, files: Sequence[Path], scale: int, form: Form
) -> Iterator[tuple[Pixels, Planes, Planes]]:
    """The pixels, HR and LR of each picture; the next ones are decoded meanwhile."""
    with ThreadPoolExecutor(AHEAD) as pool:
        coming = deque[Future[tuple[Pixels, Planes, Planes]]]()
        for file in tracked(files, f"decoding {name}"):
            coming.append(pool.submit(_decode, file, scale, form))
            if len(coming) > AHEAD:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _decode(file: Path, scale: int, form: Form) -> tuple[Pixels, Planes, Planes]:
    pixels = images.read(file).pixels
    if form.size < 1:
        pixels = smaller(pixels, form.size)
    try:
        lr, hr = form.pair(pixels, scale)
    except UserError as error:
        raise UserError(f"{file}: {error}") from None
    kept = lr if form.lr is np.uint8 else lr / 255
    return pixels, hr[0].numpy().astype(np.uint8), kept[0].numpy().astype(form.lr)
