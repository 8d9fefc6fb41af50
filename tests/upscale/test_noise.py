"""Which pictures go to the networks for compressed ones."""

from pathlib import Path

import pytest
from PIL import Image

from helpers.enlarging import pixels
from shoal.errors import UserError
from shoal.pretrained import shipped
from shoal.upscale import noise
from shoal.upscale.networks import Networks, Settings
from shoal.upscale.sought import networks

CLEAN, JPEG = Path("clean-x2.safetensors"), Path("jpeg-x2.safetensors")


@pytest.fixture
def files(tmp_path):
    image = Image.fromarray(pixels(16, 16, 3))
    for name, options in {
        "p.png": {},
        "strong.jpg": {"quality": 60},
        "fine.jpg": {"quality": 90},
    }.items():
        image.save(tmp_path / name, **options)
    return tmp_path


def test_a_file_says_itself_whether_it_is_noisy_unless_it_is_said(files):
    found = {path.name: noise.is_noisy(path, "auto") for path in files.iterdir()}
    assert found == {"p.png": False, "strong.jpg": True, "fine.jpg": False}
    assert noise.is_noisy(files / "p.png", "jpeg")
    assert not noise.is_noisy(files / "strong.jpg", "none")
    assert not noise.is_noisy(None, "auto")


def test_the_first_network_of_a_row_sees_through_compression_and_the_next_is_clean(
    files, monkeypatch
):
    made = []
    monkeypatch.setattr(Networks, "_made", lambda self, paths: made.append(tuple(paths)))
    both = Networks({2: CLEAN, 4: Path("x4")}, None, Settings(noise="auto"), {2: JPEG})
    both.upscaler((2, 4), files / "strong.jpg")
    both.upscaler((2, 4), files / "p.png")
    both.upscaler((4, 2), files / "strong.jpg")  # none at x4: as ever
    assert made == [(JPEG, Path("x4")), (CLEAN, Path("x4")), (Path("x4"), CLEAN)]


def test_a_network_that_was_named_is_meant(tmp_path):
    assert networks(None, Settings(noise="auto")).jpeg
    assert not networks("eeds_fast", Settings(noise="auto")).jpeg
    assert not networks(None, Settings()).jpeg
    with pytest.raises(UserError, match="no eeds for JPEGs ships at scale 2: use --noise none"):
        networks("eeds", Settings(noise="jpeg"))
    with pytest.raises(UserError, match="is one network, and --noise jpeg asks for another"):
        networks(shipped()["eeds", 2], Settings(noise="jpeg"))
