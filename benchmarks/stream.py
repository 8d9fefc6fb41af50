"""The patch stream: patches per second on one thread, beside Pillow, and memory by size of data."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.measure import Row, middle, ratio, side_by_side
from benchmarks.setting import ROOT, SCRATCH, cache
from shoal.data.cache import Cache
from shoal.data.catalog import default_root, locate, picture_set
from shoal.data.patches import PatchStream

HR, BATCH = 48, 64
ROUNDS = 9
PICTURE = 240  # side of an LR picture of the made-up data


def pillow(name: str) -> tuple[Callable[[], None], int]:
    """An action that decodes some pictures and crops a patch from each; and their number."""
    paths = locate(picture_set(name), default_root())[:24]
    random = np.random.default_rng(0)

    def crops() -> None:
        for path in paths:
            with Image.open(path) as image:
                left, top = (int(random.integers(0, length - HR + 1)) for length in image.size)
                np.asarray(image.convert("L").crop((left, top, left + HR, top + HR)))

    return crops, len(paths)


def taking(stream: PatchStream) -> Callable[[], None]:
    """An action that takes the next 16 batches, as training does."""
    batches = iter(stream)

    def some() -> None:
        for _ in range(16):
            next(batches)

    return some


def speed() -> Iterator[Row]:
    """Patches per second, and how much longer decoding takes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    sets = ("t91", "bsd200")
    streams = [PatchStream([cache(name)], HR, BATCH, seed=0) for name in sets]
    crops = [pillow(name) for name in sets]
    both = PatchStream([cache(name) for name in sets], HR, BATCH, seed=0)
    actions = [taking(both), *map(taking, streams), *(action for action, _ in crops)]
    taken = side_by_side(actions, ROUNDS, [4, 4, 4, 1, 1])
    torch.set_num_threads(threads)
    ours = [[spent / (16 * BATCH) for spent in each] for each in taken[:3]]
    theirs = [[s / count for s in each] for each, (_, count) in zip(taken[3:], crops, strict=True)]
    yield Row(
        "patch stream, x3, HR 48, batch 64, T91 + BSD200, one thread",
        "patches/s",
        ">= 50000",
        round(1 / middle(ours[0])),
    )
    for name, stream, files, target in zip(sets, ours[1:], theirs, ("", ">= 80"), strict=True):
        yield Row(
            f"patch stream on {name.upper()}: patches/s",
            "decode and crop with Pillow",
            target,
            ratio(files, stream),
            {"ours /s": 1 / middle(stream), "Pillow /s": 1 / middle(files)},
        )


def made_up(pictures: int) -> Cache:
    """A cache of pictures of noise, on disk as real ones are."""
    area, s = PICTURE**2, 3
    folder = SCRATCH / f"noise-{pictures}"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    for name, size in (("hr", area * s * s), ("lr", area * 4)):
        if not (folder / name).exists():
            block = random.integers(0, 60, size, np.uint8).tobytes()
            with (folder / name).open("wb") as file:
                for _ in range(pictures):
                    file.write(block)
    return Cache(
        names=tuple(f"{n}" for n in range(pictures)),
        sizes=np.full((pictures, 2), PICTURE),
        starts=np.arange(pictures) * area,
        hr=np.memmap(folder / "hr", dtype=np.uint8, mode="r"),
        lr=np.memmap(folder / "lr", dtype=np.float32, mode="r"),
        scale=s,
    )


def anonymous() -> float:
    """MiB of this process's anonymous memory: without mapped files, which the kernel may drop."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return float("nan")


def held(pictures: int) -> float:
    """Anonymous memory (MiB) of this process after streaming from that many pictures."""
    batches = iter(PatchStream([made_up(pictures)], HR, BATCH, seed=0))
    for _ in range(100):
        next(batches)
    return anonymous()


def memory(pictures: int) -> float:
    """The same, measured in a process of its own."""
    code = f"from benchmarks.stream import held; print(held({pictures}))"
    command = [sys.executable, "-c", code]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def rows() -> Iterator[Row]:
    """Speed, then memory."""
    yield from speed()
    what, over = "memory of a process that streams", "data a tenth the size"
    if not Path("/proc/self/status").exists():
        yield Row(what, over, "<= 1.1", None, {"why": "read from Linux's /proc"})
        return
    small, large = memory(40), memory(400)
    parts = {"40 pictures MiB": small, "400 pictures MiB": large}
    yield Row(what, over, "<= 1.1", large / small, parts)
