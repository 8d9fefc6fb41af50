"""Tiles are cut where no network can see it."""

import os
import sys

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from PIL import Image

import shoal
from helpers.composing import composed
from helpers.enlarging import shades
from helpers.networks import TRAINED, network, stored
from shoal.errors import UserError
from shoal.models.profile import layer_bytes, reach
from shoal.upscale import tiles
from shoal.upscale.upscaler import Upscaler

HEAVY = ("drcn", "srdensenet")  # five seconds each


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name in HEAVY else name for name in TRAINED],
)
def test_tiles_are_cut_where_no_network_can_see_it(name):
    net = network(name, 2).eval()
    sees = reach(net)
    net.double()  # so that nothing but the cut can differ

    @torch.inference_mode()
    def run(lr):
        return net(torch.from_numpy(lr).double()).numpy()

    whole, tiled = (Upscaler("m", 2, "torch", run, sees, side) for side in (999, 2 * sees + 9))
    strip = shades(3, 2 * sees + 20)
    for picture in (strip, strip.T):
        assert len(tiled.tiles(*picture.shape)) == 3
        assert np.abs(whole(picture) - tiled(picture)).max() < 1e-12


def test_tiles_give_the_whole_pictures_answer(small):
    whole, tiled = (shoal.load(small, runtime="torch", tile=side) for side in (99, 19))
    picture = shades(50, 41)
    assert len(tiled.tiles(50, 41)) > 9
    assert np.abs(whole(picture) - tiled(picture)).max() < 1e-6


def test_a_network_that_sees_everything_is_given_the_whole_picture():
    class Mean(torch.nn.Module):
        def forward(self, lr):
            return lr.repeat_interleave(2, 2).repeat_interleave(2, 3) * 0 + lr.mean()

    assert reach(Mean()) is None
    assert len(Upscaler("m", 2, "torch", Mean(), None, 16).tiles(90, 70)) == 1


@pytest.mark.parametrize(
    ("model", "pixels"), [("srcnn", 5), ("ees_fast", 2), ("eed_fast", 10), ("bicubic", 2)]
)
def test_reach_is_what_the_kernels_add_up_to(model, pixels):
    # SRCNN 9-5-5 at x3: 4 + 2 + 2 HR pixels, and 2 LR pixels of bicubic's: 8 + 6 + 1 over 3.
    # EED-fast: ten 3 x 3 layers at LR size.
    assert reach(network(model)) == pixels


@pytest.mark.parametrize("size", [1, 5, 21, 22, 60, 61, 999])
def test_spans_cover_the_axis_once_and_keep_their_distance(size):
    cut = tiles.spans(size, 21, 10)
    assert [span.first for span in cut[1:]] == [span.last for span in cut[:-1]]
    assert (cut[0].first, cut[-1].last) == (0, size)
    assert len({span.stop - span.start for span in cut}) == 1
    for span in cut:
        assert span.start == 0 or span.first - span.start >= 10
        assert span.stop == size or span.stop - span.last >= 10


def test_less_free_memory_means_smaller_tiles(monkeypatch):
    taken = layer_bytes(network("eeds", 2))
    ample = tiles.side_for(taken, 10, None)
    monkeypatch.setattr(tiles, "free_memory", lambda: 64 << 20)
    assert 21 < tiles.side_for(taken, 10, None) < ample
    with pytest.raises(
        UserError, match="a tile of 20 pixels is too small: this network needs at least 21"
    ):
        tiles.side_for(taken, 10, 20)


@pytest.mark.slow
def test_six_megapixels_at_x2_stay_below_one_and_a_half_gigabytes(tmp_path):
    model = OmegaConf.to_container(composed("model=eeds_fast", "scale=2").model)
    path = stored(tmp_path / "w.safetensors", model, 2)
    Image.effect_noise((3000, 2000), 40).convert("RGB").save(tmp_path / "big.jpg")
    command = "import sys; from shoal.cli import main; main()"
    words = ["upscale", tmp_path / "big.jpg", "-o", tmp_path / "out", "--weights", path]
    arguments = [sys.executable, "-c", command, *map(str, words)]
    # On the processor: CUDA alone takes more.
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    child = os.spawnve(os.P_NOWAIT, sys.executable, arguments, environment)
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    assert usage.ru_maxrss < 1.5e6  # KiB
