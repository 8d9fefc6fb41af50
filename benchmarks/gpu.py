"""Training, grids and enlarging on a GPU; without a GPU, rows that say so."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from benchmarks.gpu_graph import SIDE, graph_step, product, seconds_each
from benchmarks.measure import Row, middle, seconds
from benchmarks.setting import ROOT, SCRATCH, configured
from benchmarks.upscaling import MEGA, SCALE, untrained
from shoal.models.profile import macs
from shoal.training.ingredients import build_network

MODELS = ("eeds", "eeds_fast")
BATCHES = ((16, 48), (64, 96))  # patches, and their side in HR pixels
SHORT, LONG = 1000, 4000  # steps of two runs, whose times differ by these steps alone
QUICK = ("model=eeds", "data=t91_brief", "budget=quick")
MEGAPIXELS, ROUNDS = 24, 5
WHY = {"why": "no GPU here"}
STEP, SPEED = "<= 1.10", ">= 0.20"


def rows() -> Iterator[Row]:
    """All rows."""
    for model in MODELS:
        for batch, side in BATCHES:
            yield from step_rows(model, batch, side)
    yield from command_rows()
    yield from upscaling_rows()


def card() -> dict[str, str] | None:
    """The GPU's name, for the parts of a row; None without a GPU."""
    return {"card": torch.cuda.get_device_name()} if torch.cuda.is_available() else None


def step_rows(model: str, batch: int, side: int) -> Iterator[Row]:
    """A step of Shoal's training, against a bare CUDA graph and against a matrix product."""
    what = f"{model} training step on a GPU, bf16, batch {batch}, HR {side}"
    over, peak = "a bare CUDA graph", f"a bf16 product of {SIDE}"
    speed = SPEED if (model, batch) == ("eeds", 64) else ""
    if (name := card()) is None:
        yield Row(what, over, STEP, None, WHY)
        yield Row(f"{what}: useful FLOPs/s", peak, speed, None, WHY)
        return
    config = configured(f"model={model}", "budget=standard", f"budget.patch_size={side}")
    network, places = build_network(config), batch * (side // config.scale) ** 2
    shapes = ((batch, 1, side // config.scale, side // config.scale), (batch, 1, side, side))
    lr, hr = (torch.rand(shape, device="cuda") for shape in shapes)
    ours = _step_of_training(model, batch, side)
    with deterministic():  # as in all our runs
        bare = seconds_each(graph_step(config, network, (lr, hr)), 300)
    free = seconds_each(graph_step(config, network, (lr, hr)), 300)
    mm = 2.0 * SIDE**3 / seconds_each(product(), 30) / 1e12
    # The backward pass costs twice the forward pass; a multiply-add is two operations.
    rate = 2 * 3.0 * macs(network) * places / ours / 1e12
    parts = {"our ms": ours * 1e3, "bare ms": bare * 1e3, "bare, not deterministic, ms": free * 1e3}
    yield Row(what, over, STEP, ours / bare, name | parts)
    parts = {"step TFLOP/s": rate, "mm TFLOP/s": mm}
    yield Row(f"{what}: useful FLOPs/s", peak, speed, rate / mm, name | parts)


@contextmanager
def deterministic() -> Iterator[None]:
    """Use deterministic algorithms only."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


def _step_of_training(model: str, batch: int, side: int) -> float:
    """Seconds per step, from the records of two runs of different lengths."""
    spent = []
    for steps in (SHORT, LONG):
        _train(
            f"model={model}", "data=t91_brief", "budget=standard", f"budget.batch_size={batch}",
            f"budget.patch_size={side}", f"budget.max_steps={steps}", f"budget.val_every={steps}",
            "budget.val_pictures=1", "budget.test_pictures=1",
        )  # fmt: skip
        (record,) = (SCRATCH / "gpu").glob("*/record.json")
        spent.append(json.loads(record.read_text())["seconds"])
    return (spent[1] - spent[0]) / (LONG - SHORT)


def _train(*overrides: str) -> None:
    """Train runs in an empty folder."""
    shutil.rmtree(SCRATCH / "gpu", ignore_errors=True)
    here = (f"paths.runs={SCRATCH}/gpu", f"paths.cache={SCRATCH}/cache", "logger=none")
    command = [sys.executable, "train.py", *overrides, *here]
    command += ["trainer=gpu", "trainer.precision=bf16-mixed"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def command_rows() -> Iterator[Row]:
    """The whole command of one run, and of a grid of four such runs, one after the other."""
    one_run, grid = "python train.py model=eeds data=t91_brief budget=quick", "a grid of four such"
    if (name := card()) is None:
        yield Row(f"{one_run}, bf16", "s", "<= 15", None, WHY)
        yield Row(grid, "four commands", "<= 1", None, WHY)
        return
    _train(*QUICK)  # decodes the pictures
    one = middle([seconds(lambda: _train(*QUICK)) for _ in range(3)])
    four = seconds(lambda: _train("-m", *QUICK, "seed=0,1,2,3", "jobs=1"))
    yield Row(f"{one_run}, bf16", "s", "<= 15", one, name)
    yield Row(grid, "four commands", "<= 1", four / (4 * one), name | {"s": four})


def upscaling_rows() -> Iterator[Row]:
    """Seconds for a large result, in all and per megapixel, without decoding and encoding."""
    what, target = f"shoal upscale on a GPU, EEDS x{SCALE}, {MEGAPIXELS} megapixels", "<= 1"
    if (name := card()) is None:
        yield Row(what, "s", target, None, WHY)
        return
    from shoal.upscale import load

    side = round((MEGAPIXELS * MEGA) ** 0.5 / SCALE)
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    upscaler = load(untrained(), runtime="cuda")
    upscaler(pixels)
    taken = middle([seconds(lambda: upscaler(pixels)) for _ in range(ROUNDS)])
    half = upscaler.suited(pixels).run is upscaler.halved
    parts = {"s/megapixel": taken / MEGAPIXELS, "precision": "half" if half else "float32"}
    yield Row(what, "s", target, taken, name | parts)
