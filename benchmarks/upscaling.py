"""`shoal upscale` beside plain PyTorch: time and memory, each in its own process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Row, middle, ratio, seconds
from benchmarks.setting import ROOT, SCRATCH, configured

SCALE, ROUNDS = 3, 4
MEGA = 1e6
WAYS = ("plain PyTorch", "best runtime")
TARGETS = {"time": "<= 0.40", "rate": ">= 0.9", "memory": "<= 1.1"}


def there() -> bool:
    """Whether this version of Shoal enlarges pictures."""
    return find_spec("shoal.upscale") is not None


def untrained() -> Path:
    """A file of EEDS's initial weights; time doesn't depend on their values."""

    from shoal.models.weights import encode
    from shoal.system.files import write_whole
    from shoal.training.ingredients import build_network

    path = SCRATCH / "eeds.safetensors"
    if not path.exists():
        config = configured("model=eeds", f"scale={SCALE}")
        facts = {"model": config.model, "name": "eeds", "scale": SCALE}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, encode(build_network(config), facts))
    return path


def measured(way: str, megapixels: float, times: int) -> dict[str, Any]:
    """Enlarge a grey picture to a size in this process: once to warm up, then `times` times."""
    import torch

    side = round((megapixels * MEGA) ** 0.5 / SCALE)
    pixels = np.random.default_rng(0).integers(0, 256, (side, side), dtype=np.uint8)
    if way == "best runtime":
        from shoal.upscale import load

        upscaler = load(untrained())
        name, action = upscaler.runtime, lambda: upscaler(pixels)
    else:
        from shoal.models.weights import load as load_network

        network = load_network(untrained())[0].eval()
        lr = torch.from_numpy(pixels).float()[None, None] / 255
        name, action = "torch", torch.inference_mode()(lambda: network(lr))
    action()
    taken = middle([seconds(action) for _ in range(times)]) if times else None
    return {"seconds": taken, "MiB": peak_memory(), "runtime": name, "pixels": (side * SCALE) ** 2}


def peak_memory() -> float:
    """Peak memory of this process in MiB; `getrusage` would also count the parent's before it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def apart(way: str, megapixels: float, times: int = 2) -> dict[str, Any]:
    """`measured` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.upscaling", way, str(megapixels), str(times)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def rate(megapixel_seconds: float) -> float:
    """Useful GFLOP/s of EEDS, from its seconds per megapixel."""
    from shoal.models.profile import macs
    from shoal.training.ingredients import build_network

    return (
        2
        * macs(build_network(configured("model=eeds")))
        / SCALE**2
        * MEGA
        / megapixel_seconds
        / 1e9
    )


def rows() -> Iterator[Row]:
    """Seconds per megapixel of EEDS x3, its share of the peak, memory from 6 to 24 megapixels."""
    what = "shoal upscale, EEDS x3"
    if not there():
        for over, target in zip(
            ("plain PyTorch", "torch.mm at 2048", "6 megapixels"), TARGETS.values(), strict=True
        ):
            yield Row(what, over, target, None, {"why": "this version has no `shoal upscale`"})
        return
    from benchmarks.compute import peaks

    rounds = [[apart(way, 1.5) for way in WAYS] for _ in range(ROUNDS)]
    costs = [[one["seconds"] / one["pixels"] * MEGA for one in turn] for turn in rounds]
    plain, best = zip(*costs, strict=True)
    parts = {"runtime": rounds[0][1]["runtime"]}
    parts |= {"plain s/megapixel": middle(plain), "ours s/megapixel": middle(best)}
    yield Row(f"{what}: seconds per megapixel", WAYS[0], TARGETS["time"], ratio(best, plain), parts)
    mm, (name, fastest) = peaks()
    ours = rate(middle(best))
    parts = {"GFLOP/s": ours, "mm GFLOP/s": mm, f"{name} GFLOP/s": fastest}
    yield Row(f"{what}: useful FLOPs/s", "torch.mm at 2048", TARGETS["rate"], ours / mm, parts)
    yield Row(f"{what}: useful FLOPs/s", f"the fastest convolution ({name})", "", ours / fastest)
    # For memory one call is enough: 24 megapixels take minutes on processors without AVX-512.
    small, large = (apart(WAYS[1], size, times=0)["MiB"] for size in (6, 24))
    parts = {"6 MP MiB": small, "24 MP MiB": large}
    yield Row(f"{what}: peak memory at 24 MP", "at 6 MP", TARGETS["memory"], large / small, parts)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
