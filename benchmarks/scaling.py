"""The cost of many training pictures: python benchmarks/scaling.py 200 1000 5000.

For each number, this makes that many JPEGs of 480 x 320 from the embedded photographs. It measures
each part of a run's start, and cutting batches of 16 patches of 48 x 48, with the cache in memory
and on disk. Times are seconds of processor time and, in brackets, of wall time.
"""

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from tabulate import tabulate

from shoal.data.cache import open_cache
from shoal.data.catalog import folder_set, locate, picture_set
from shoal.data.decoding import is_whole
from shoal.data.patches import PatchStream

SIZE, BATCHES = (480, 320), 100
Row = dict[str, str]


def pictures(folder: Path, count: int) -> None:
    """Write pictures, no two of which have the same bytes."""
    blobs = []
    for path in locate(picture_set("SampleTrain"), Path()):
        blob = io.BytesIO()
        Image.open(path).convert("RGB").resize(SIZE).save(blob, "JPEG", quality=92)
        blobs.append(blob.getvalue())
    folder.mkdir()
    for number in range(count):
        tail = number.to_bytes(4, "little")
        (folder / f"{number:07d}.jpg").write_bytes(blobs[number % len(blobs)] + tail)


def out_of_memory(cache: Path) -> None:
    """Drop a cache's files from the kernel's page cache."""
    for part in cache.iterdir():
        with part.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(place: Path, count: int) -> Row:
    """Measure all parts for one number of pictures."""
    row: Row = {"pictures": str(count)}

    def timed(name: str, action: Callable[[], object]) -> None:
        clock, work = time.monotonic(), time.process_time()
        action()
        clock, work = time.monotonic() - clock, time.process_time() - work
        row[name] = f"{work:.2f} s ({clock:.2f})"

    pictures(place / "pictures", count)
    timed("digest files", lambda: folder_set(place / "pictures", "many"))
    many = folder_set(place / "pictures", "many")
    with contextlib.redirect_stderr(io.StringIO()):
        timed("build the cache", lambda: open_cache(many, Path(), 3, place / "cache"))
    (cache,) = (place / "cache").iterdir()
    row["cache"] = f"{sum(part.stat().st_size for part in cache.iterdir()) / 1e6:.0f} MB"
    timed("check it, in memory", lambda: is_whole(cache))
    out_of_memory(cache)
    timed("check it, from disk", lambda: is_whole(cache))
    stream = PatchStream([open_cache(many, Path(), 3, place / "cache")], 48, 16, seed=0)
    timed(f"{BATCHES} batches, in memory", lambda: [stream.batch(i) for i in range(BATCHES)])
    stream = PatchStream([open_cache(many, Path(), 3, place / "cache")], 48, 16, seed=1)
    out_of_memory(cache)
    timed(f"{BATCHES} batches, from disk", lambda: [stream.batch(i) for i in range(BATCHES)])
    return row


def main() -> None:
    """Print the table, a column per number of pictures."""
    torch.set_num_threads(1)
    columns = []
    for count in map(int, sys.argv[1:] or ("200", "1000", "5000")):
        with tempfile.TemporaryDirectory() as folder:
            columns.append(measure(Path(folder), count))
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    print(tabulate(rows, tablefmt="github"))


if __name__ == "__main__":
    main()
