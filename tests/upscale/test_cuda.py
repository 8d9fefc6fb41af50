"""Enlarging on a GPU, for which the processor stands in where there is none."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import shoal
from helpers.enlarging import bicubic, pixels, shades
from shoal.errors import UserError
from shoal.pictures.images import Picture
from shoal.upscale import cuda, runtimes
from shoal.upscale.upscaler import Upscaler

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def on_device(small):
    """What `shoal.load` returns, its device injected."""
    ready = cuda.ready(small, device=CPU)
    what = ready.runtime, ready.run, ready.reach, 64
    return Upscaler("small", 2, *what, place=ready.place, halved=ready.halved)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_picture_is_the_same_on_a_device(on_device, upscaler, dtype, channels):
    top = 1 / 255 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max // 255
    picture = (pixels(70, 81, *channels) * np.asarray(top, dtype)).astype(dtype)
    there, here = replace(on_device, halved=None)(picture), upscaler(picture)
    assert there.dtype == dtype
    assert there.shape == here.shape
    assert np.abs(there.astype(float) - here).max() <= (1e-5 if dtype == np.float32 else 1)
    assert np.mean(there != here) < 0.01 or dtype == np.float32


def test_ensemble_and_opacity_are_the_same_on_a_device(on_device, upscaler):
    picture = Picture(pixels(9, 12, 3), pixels(9, 12))
    there, here = (
        replace(each, ensemble=True, halved=None).picture(picture) for each in (on_device, upscaler)
    )
    assert np.abs(there.pixels.astype(int) - here.pixels).max() <= 1
    assert np.array_equal(there.alpha, here.alpha)


def test_half_precision_is_taken_for_eight_bits_where_it_does_not_show(on_device, capsys):
    def precisions(picture):
        return on_device.suited(picture).run is on_device.halved

    eight = pixels(40, 30, 3)
    assert precisions(eight)
    assert not precisions(eight.astype(np.uint16) * 257)
    assert not precisions(eight / 255)
    off = on_device(eight).astype(int) - replace(on_device, halved=None)(eight)
    assert 0 < np.abs(off).mean() / 255 <= 1e-3  # it is another arithmetic, and within the bound
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("off", [1.1 / 255, float("nan")])
def test_half_precision_that_shows_is_left_with_a_line(on_device, capsys, off):
    poor = replace(on_device, halved=lambda lr: on_device.run(lr) + off)
    picture = pixels(20, 20)
    assert np.array_equal(poor(picture), replace(on_device, halved=None)(picture))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("shoal: half precision would be off by up to ")
    assert line.endswith(": float32 is used")


def test_a_tile_too_large_for_the_device_is_made_of_smaller_ones(on_device):
    sizes = []

    def run(lr):
        sizes.append(max(lr.shape[2:]))
        if sizes[-1] > 40:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return on_device.run(lr)

    place = cuda.Cuda(CPU)
    tight = replace(on_device, run=run, halved=None, place=place, side=100)
    picture = shades(90, 150)
    whole = replace(on_device, halved=None, side=999)(picture)
    assert np.abs(tight(picture) - whole).max() < 1e-6
    assert sum(size > 40 for size in sizes) <= 2  # what didn't fit once isn't tried again
    assert place.most <= 50


def test_a_device_that_holds_no_tile_is_refused_with_the_remedy(on_device):
    def run(lr):
        raise torch.OutOfMemoryError("CUDA out of memory")

    full = replace(on_device, run=run, halved=None, place=cuda.Cuda(CPU))
    with pytest.raises(UserError, match=r"memory doesn't hold a tile of .*: use --runtime torch"):
        full(shades(60, 60))


def test_bicubic_beside_it_is_bicubic(on_device, upscaler):
    picture = pixels(20, 30, 3)
    assert np.array_equal(bicubic(on_device)(picture), bicubic(upscaler)(picture))


def test_less_memory_on_the_device_means_smaller_tiles(small, monkeypatch):
    ample = cuda.ready(small, device=CPU).memory
    monkeypatch.setattr(cuda, "free_memory", lambda device: 1 << 20)
    assert cuda.ready(small, device=CPU).memory == 1 << 19 < ample


def test_auto_takes_a_gpu_where_there_is_one_and_pytorch_can_use_it(small, monkeypatch):
    monkeypatch.setattr(runtimes, "visible", lambda: ("0",))
    monkeypatch.setattr(runtimes, "installed", lambda package: False)
    assert shoal.load(small).runtime == ("cuda" if torch.cuda.is_available() else "torch")
    monkeypatch.setattr(cuda, "_gpu", lambda: CPU)
    assert shoal.load(small).runtime == "cuda"
    monkeypatch.setattr(runtimes, "visible", tuple)
    assert shoal.load(small).runtime == "torch"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_cuda_without_a_gpu_is_refused_with_the_remedy(small):
    with pytest.raises(UserError, match=r"PyTorch finds no GPU here .*: use --runtime auto"):
        shoal.load(small, runtime="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_on_a_gpu_a_picture_is_the_processors(small, upscaler):
    picture = pixels(300, 200, 3)
    off = shoal.load(small, runtime="cuda")(picture).astype(int) - upscaler(picture)
    assert np.abs(off).max() <= 1
    assert np.abs(off).mean() / 255 <= 1e-3
