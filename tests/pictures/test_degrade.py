"""LR pictures as MATLAB would write them."""

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from shoal.cli import app
from shoal.errors import UserError
from shoal.pictures.degrade import degrade
from shoal.pictures.images import read


@pytest.mark.data
def test_the_command_writes_matlabs_pictures(shoal_data, tmp_path):
    arguments = ["degrade", str(shoal_data / "Set5"), "--scale", "4", "-o", str(tmp_path)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    for matlab in (shoal_data / "matlab_lr" / "Set5" / "x4").iterdir():
        assert (read(tmp_path / matlab.name).pixels == read(matlab).pixels).all()


def test_depth_and_channels_are_kept_and_the_size_is_cropped():
    deep = np.random.default_rng(0).integers(0, 65536, (10, 13), dtype=np.uint16)
    small = degrade(deep, 3)
    assert (small.shape, small.dtype) == ((3, 4), np.uint16)
    assert degrade(np.full((9, 9, 3), 200, np.uint8), 3).tolist() == [[[200] * 3] * 3] * 3


def test_a_folder_of_odd_names_is_degraded_and_loops_are_left_out(tmp_path):
    for name in ("a b.png", "a\nb.png", "été.png", "x" * 251 + ".png"):
        Image.new("L", (20_000, 2)).save(tmp_path / name)
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "folder.png").mkdir()
    arguments = ["degrade", str(tmp_path), "--scale", "2", "-o", str(tmp_path / "lr")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    sizes = {path.name: read(path).pixels.shape for path in (tmp_path / "lr").iterdir()}
    assert set(sizes.values()) == {(1, 10_000)}
    assert len(sizes) == 4


def test_refusals_name_the_file_and_nothing_is_overwritten(tmp_path):
    for name in ("a.png", "a.bmp"):
        Image.new("L", (6, 6)).save(tmp_path / name)

    def told(*arguments):
        result = CliRunner().invoke(app, ["degrade", *map(str, arguments), "-o", str(tmp_path)])
        assert isinstance(result.exception, UserError)
        return str(result.exception)

    assert "would both become" in told(tmp_path)
    assert "would replace a picture that goes in" in told(tmp_path / "a.png")
    assert "add --force" in told(tmp_path / "a.bmp")
    assert "no such picture or folder" in told(tmp_path / "b.png")
    for width, height in ((2, 6), (1, 1), (20_000, 1)):
        with pytest.raises(UserError, match=f"{width} x {height} is smaller than the scale 3"):
            degrade(np.zeros((height, width), np.uint8), 3)


def test_hr_pictures_are_never_replaced_by_their_lr_pictures(tmp_path):
    """Also through a link, and where force would allow it."""
    hr = tmp_path / "hr"
    hr.mkdir()
    for name in ("a.png", "b.png"):
        Image.effect_noise((12, 9), 50).save(hr / name)
    (tmp_path / "link").symlink_to(hr)
    before = {path.name: path.read_bytes() for path in hr.iterdir()}
    for output in (hr, tmp_path / "link", hr / ".." / "hr"):
        arguments = ["degrade", str(hr), "-o", str(output), "--force"]
        refused = CliRunner().invoke(app, arguments).exception
        assert isinstance(refused, UserError)
        assert "would replace a picture that goes in: choose another -o" in str(refused)
    assert {path.name: path.read_bytes() for path in hr.iterdir()} == before
