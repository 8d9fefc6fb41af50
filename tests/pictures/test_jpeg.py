"""What JPEG makes of a picture, and how strongly a file was compressed."""

import numpy as np
import pytest
from PIL import Image

from shoal.pictures.jpeg import compressed, quality

NOISE = np.random.default_rng(0).integers(0, 256, (19, 33, 3), dtype=np.uint8)


@pytest.mark.parametrize("made", [5, 30, 49, 50, 51, 75, 90, 95, 99])
def test_a_files_quality_is_told_by_its_table(tmp_path, made) -> None:
    path = tmp_path / "p.jpg"
    for pixels in (NOISE, NOISE[..., 0]):
        Image.fromarray(pixels).save(path, quality=made)
        assert quality(path) == made


def test_other_files_have_no_quality(tmp_path) -> None:
    Image.fromarray(NOISE).save(tmp_path / "p.png")
    (tmp_path / "q.jpg").write_bytes(b"no picture")
    assert quality(tmp_path / "p.png") is None
    assert quality(tmp_path / "q.jpg") is None
    assert quality(tmp_path / "missing.jpg") is None


def test_chroma_is_halved_and_more_quality_is_nearer() -> None:
    smooth = np.asarray(Image.fromarray(NOISE).resize((132, 76), Image.Resampling.BICUBIC))
    off = [np.abs(compressed(smooth, each).astype(int) - smooth).mean() for each in (30, 60, 95)]
    assert off == sorted(off, reverse=True)
    striped = np.zeros((16, 16, 3), np.uint8)
    striped[:, ::2, 0] = 200  # red in every second column: at half the size it is everywhere
    assert np.ptp(compressed(striped, 95)[..., 0][8, 4:12]) < 120
    assert compressed(NOISE[..., 0], 60).shape == (19, 33)


def test_a_picture_above_pillows_own_limit_has_its_quality_too(tmp_path, monkeypatch) -> None:
    Image.fromarray(NOISE).save(tmp_path / "p.jpg", quality=75)
    for most in (NOISE[..., 0].size - 1, 10):  # of which Pillow warns, and which it refuses
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
        assert quality(tmp_path / "p.jpg") == 75
