"""What a picture becomes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import shoal
from helpers.enlarging import pixels, shades
from helpers.networks import SMALL, stored
from shoal.errors import UserError
from shoal.evaluation.protocols import PROTOCOLS
from shoal.models import weights
from shoal.models.flat import flat
from shoal.models.profile import reach
from shoal.pictures.colour import luma
from shoal.pictures.degrade import degrade
from shoal.pictures.images import Picture


def test_the_picture_is_the_one_that_the_rgb_protocol_scores_of_the_network_made_flat(
    upscaler, small
):
    network, _ = weights.load(small)
    network = flat(network, reach(network))
    hr = pixels(40, 56, 3)
    question = PROTOCOLS["rgb"].question(hr, 2)
    with torch.inference_mode():
        expected = PROTOCOLS["rgb"].answer(network(question.lr), question)
    lr = degrade(hr, 2)
    levels = upscaler(lr / 255) * 255
    # What lies this near a half is rounded by the last bits, which no two sizes of tile share.
    near = (np.abs(levels % 1 - 0.5) < 1e-3).any(-1)
    assert near.mean() < 0.02
    assert np.array_equal(luma(upscaler(lr))[0, 0][~near], expected[0, 0][~near])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_type_and_channels_stay_and_each_depth_gives_the_same_picture(upscaler, dtype, channels):
    eight = pixels(9, 7, *channels)
    top = 1 / 255 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max // 255
    sr = upscaler((eight * np.asarray(top, dtype)).astype(dtype))
    assert sr.dtype == dtype
    assert sr.shape == (18, 14, *channels)
    expected = upscaler(eight).astype(float)
    apart = np.abs(sr / top - expected)
    if channels == (4,):  # colours count as far as they show: under next to nothing they are any
        apart[..., :3] *= expected[..., 3:] / 255
    assert apart.max() <= 0.5 + 1e-3


def test_white_and_black_stay_in_range(upscaler):
    harsh = np.kron(pixels(6, 6) & 1, np.ones((3, 3)))
    sr = upscaler(harsh)
    assert sr.min() == 0.0
    assert sr.max() == 1.0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pillow_images_of_every_mode_come_back_twice_as_large(upscaler, mode):
    kept = {"1": "L", "P": "RGB", "CMYK": "RGB"}.get(mode, mode)
    image = upscaler(Image.new(mode, (5, 4)))
    assert image.size == (10, 8)
    assert image.mode == kept


def test_a_path_is_taken_where_a_picture_is(upscaler, tmp_path):
    image = Image.fromarray(pixels(9, 7, 4))
    image.save(tmp_path / "a.png")
    expected = np.asarray(upscaler(image))
    for path in (tmp_path / "a.png", str(tmp_path / "a.png")):
        assert np.array_equal(np.asarray(upscaler(path)), expected)
    assert np.array_equal(upscaler(np.asarray(image)), expected)
    with pytest.raises(UserError, match="no such picture"):
        upscaler("nowhere.png")


def test_what_is_no_picture_is_refused(upscaler):
    for wrong in (np.zeros((4, 4), np.int64), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4))):
        with pytest.raises(UserError, match="is no picture"):
            upscaler(wrong)


def test_the_ensemble_turns_with_the_picture(small):
    averaging = shoal.load(small, runtime="torch", ensemble=True)
    picture = shades(9, 14)
    for turn in (np.rot90, np.fliplr, np.transpose):
        assert np.abs(turn(averaging(picture)) - averaging(turn(picture))).max() < 1e-6
    assert np.abs(averaging(picture) - shoal.load(small, runtime="torch")(picture)).max() > 1e-4


def test_opacity_is_enlarged_and_full_opacity_stays_full(upscaler):
    picture = Picture(pixels(6, 8, 3), np.full((6, 8), 255, np.uint8))
    assert (upscaler.picture(picture).alpha == 255).all()


def test_importing_the_package_stays_instant():
    script = "import shoal, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
    assert callable(shoal.load)


def test_the_folder_of_a_run_stands_for_its_weights(tmp_path):
    (tmp_path / "run").mkdir()
    path = stored(tmp_path / "run" / "weights.safetensors", SMALL, 2)
    assert shoal.load(path.parent, runtime="torch").scale == 2
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"weights\.safetensors: no such file"):
        shoal.load(tmp_path / "empty")


def test_a_string_may_be_the_folder_of_a_run_or_of_the_hubs_layout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, name in (("runs/small-x2-s0", "weights"), ("hub", "model"), ("eeds", "model")):
        Path(folder).mkdir(parents=True)
        stored(Path(folder, f"{name}.safetensors"), SMALL, 2)
    for source in ("runs/small-x2-s0", "hub", "./eeds/"):
        upscaler = shoal.load(source, runtime="torch")
        assert (upscaler.model, upscaler.scale) == ("small", 2), source
    assert shoal.load("eeds", runtime="torch").model == "eeds"  # which ships
    with pytest.raises(UserError, match="no weights of aaa"):
        shoal.load("a" * 300)  # no file has so long a name
    with pytest.raises(UserError, match="runs/absent: no such file"):
        shoal.load("runs/absent")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_picture_becomes_what_its_pixels_stored_as_rgb_do(upscaler, dtype):
    grey = pixels(19, 23, dtype=dtype)
    colours = upscaler(np.dstack([grey] * 3)).astype(int)
    off = np.abs(colours - upscaler(grey)[..., None])
    assert off.max() <= 1  # a last bit may decide how a half is rounded
    assert off.mean() < 0.01


def test_an_image_in_floating_point_comes_back_as_one(upscaler):
    grey = np.linspace(0, 1, 35, dtype=np.float32).reshape(5, 7)
    larger = upscaler(Image.fromarray(grey))
    assert larger.mode == "F"
    assert np.array_equal(np.asarray(larger), upscaler(grey))
    for wrong in (grey * 255, grey + np.nan, grey - 9):
        for image in (wrong, Image.fromarray(wrong)):
            with pytest.raises(UserError, match=r"values from .* to .*: scale them to 0..1"):
                upscaler(image)
