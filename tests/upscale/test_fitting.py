"""Pictures of any size: by networks in a row, and an exact reduction."""

import numpy as np
import pytest
from PIL import Image

import shoal
from helpers.enlarging import enlarged, opened, pixels
from shoal.errors import UserError
from shoal.pictures.images import Picture
from shoal.pictures.levels import planes
from shoal.pictures.resample import resize
from shoal.upscale import fitting
from shoal.upscale.factor import by_scale, to_size
from shoal.upscale.networks import Settings
from shoal.upscale.pixels import stored
from shoal.upscale.sought import networks


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_picture_of_any_size_is_the_whole_one_reduced_whatever_the_tiles(
    upscaler, dtype, monkeypatch
):
    lr, size = pixels(70, 50, 3, dtype=dtype), (103, 73)
    large = planes(upscaler((lr / np.iinfo(dtype).max).astype(np.float32)))
    expected = stored(resize(large, *size), np.dtype(dtype))
    for side in (2048, 20):
        monkeypatch.setattr(fitting, "SIDE", side)
        sr = fitting.fitted(upscaler, Picture(lr), size).pixels
        assert fitting.count(upscaler, (70, 50), size) == (1 if side == 2048 else 9)
        assert sr.dtype == dtype
        assert np.abs(sr.astype(int) - expected).max() <= (1 if dtype == np.uint8 else 4)
        assert (sr == expected).mean() > 0.99


def test_interpolation_alone_is_bicubic_of_that_size_with_nothing_between(upscaler):
    lr = pixels(30, 40)
    sr = fitting.interpolated(upscaler, Picture(lr), (51, 68)).pixels
    assert (sr == stored(resize(planes(lr), 51, 68), lr.dtype)).mean() > 0.999


def test_colour_does_not_leak_from_under_no_opacity_when_reduced(upscaler):
    alpha = np.zeros((24, 24), np.uint8)
    alpha[8:16, 8:16] = 255
    pictures = [
        Picture(np.where(alpha[..., None] > 0, 200, under).astype(np.uint8).repeat(3, 2), alpha)
        for under in (0, 255)
    ]
    black, white = (fitting.interpolated(upscaler, each, (41, 41)) for each in pictures)
    assert np.array_equal(black.alpha, white.alpha)
    shown = black.alpha > 0
    assert (black.pixels[shown] == white.pixels[shown]).all()
    assert (black.pixels[black.alpha == 255] == 200).all()


def test_two_networks_in_a_row_are_one_after_the_other():
    first, second = (shoal.load("eeds_fast", scale, runtime="torch") for scale in (2, 3))
    both = shoal.load("eeds_fast", 6, runtime="torch", tile=40)
    assert (both.scale, both.reach) == (6, first.reach + -(-second.reach // 2))
    lr = np.random.default_rng(1).random((45, 50)).astype(np.float32)
    # A grey picture is given to networks as the luma of the same pixels stored as RGB.
    luma = (16 + 219 * lr[None, None]) / 255
    expected = ((255 * second.run(first.run(luma))[0, 0] - 16) / 219).clip(0, 1)
    assert len(both.tiles(45, 50)) > 1
    assert np.abs(both(lr) - expected).max() < 1e-4


def test_which_networks_and_what_size():
    there = networks(None, Settings())
    assert [there.row(scale) for scale in (1, 2, 2.5, 5, 8, 16)] == [
        *((2,), (2,), (3,), (2, 3), (2, 4), (4, 4))
    ]
    assert by_scale(2.5).size(3, 5) == (8, 13)
    assert to_size("3840x2160").size(100, 300) == (1280, 3840)
    assert to_size("x2160").size(1080, 1) == (2160, 2)
    for size, words in (("40x", "would be reduced"), ("4000x", "more than 16-fold")):
        with pytest.raises(UserError, match=words):
            to_size(size).of(10, 50)


def test_the_command_says_how_it_came_to_the_size(small, tmp_path):
    Image.effect_noise((60, 40), 60).convert("RGB").save(tmp_path / "p.png")
    code, told = enlarged(small, tmp_path / "p.png", "--size", "90x", "-o", tmp_path, "--compare")
    assert (code, "(small x2, reduced to x1.5)" in told.replace("\n", " ")) == (0, True), told
    assert opened(tmp_path / "p_90x.png").size == (90, 60)
    code, told = enlarged(small, tmp_path / "p.png", "--scale", "3")
    assert (code, "enlarges by 2, not by 3" in told) == (2, True)


def test_a_factor_that_no_networks_make_exactly_is_refused_in_python():
    with pytest.raises(UserError, match="no weights of eeds at scale 7 ship"):
        shoal.load("eeds", scale=7)
