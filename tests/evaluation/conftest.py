"""What several tests of evaluation share."""

import pytest
from PIL import Image

from helpers.noise import colours


@pytest.fixture
def folders(tmp_path):
    """Make folders `sr` and `hr` of pictures, by name: an array, or the size of noise."""

    def make(sr, hr):
        for folder, files in (("sr", sr), ("hr", hr)):
            (tmp_path / folder).mkdir()
            for name, pixels in files.items():
                noise = colours(*pixels) if isinstance(pixels, tuple) else pixels
                Image.fromarray(noise).save(tmp_path / folder / name)
        return tmp_path / "sr", tmp_path / "hr"

    return make
