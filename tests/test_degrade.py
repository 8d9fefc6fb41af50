import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from shoal.cli import app
from shoal.degrade import degrade
from shoal.errors import UserError
from shoal.images import read


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


def test_refusals_name_the_file_and_nothing_is_overwritten(tmp_path):
    for name in ("a.png", "a.bmp"):
        Image.new("L", (6, 6)).save(tmp_path / name)

    def told(*arguments):
        result = CliRunner().invoke(app, ["degrade", *map(str, arguments), "-o", str(tmp_path)])
        assert isinstance(result.exception, UserError)
        return str(result.exception)

    assert "would both become" in told(tmp_path)
    assert "add --force" in told(tmp_path / "a.png")
    assert "no such picture or folder" in told(tmp_path / "b.png")
    with pytest.raises(UserError, match="2 x 6 is smaller than the scale 3"):
        degrade(np.zeros((6, 2), np.uint8), 3)
