"""FSRCNN's published weights: what its authors' code computes, ours computes of the same file."""

from pathlib import Path

import numpy as np
import pytest

import shoal
from helpers.published import fsrcnn_matlab, ours
from shoal.importing.convert import import_weights


@pytest.mark.parametrize("scale", [2, 4])
def test_fsrcnns_matlab_file_is_the_network_of_its_demo(
    rng: np.random.Generator, tmp_path: Path, scale: int
) -> None:
    theirs = fsrcnn_matlab(rng, tmp_path / "x.mat", scale)
    inner = slice(scale, -scale)  # what is scored
    found = ours("fsrcnn", tmp_path / "x.mat", scale)
    assert found[inner, inner] == pytest.approx(theirs[inner, inner], abs=1e-5)


def test_at_x3_fsrcnns_answer_lies_a_pixel_further_on_as_in_its_demo(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    theirs = fsrcnn_matlab(rng, tmp_path / "x3.mat", 3)
    found = ours("fsrcnn", tmp_path / "x3.mat", 3)
    assert found[3:-3, 3:-3] == pytest.approx(theirs[2:-4, 2:-4], abs=1e-5)  # shave_x3


def test_what_is_imported_enlarges_pictures(rng: np.random.Generator, tmp_path: Path) -> None:
    fsrcnn_matlab(rng, tmp_path / "x2.mat", 2)
    import_weights("fsrcnn", tmp_path / "x2.mat", tmp_path / "x2.safetensors", 2)
    larger = shoal.load(tmp_path / "x2.safetensors", runtime="torch")(np.zeros((4, 5, 3), np.uint8))
    assert larger.shape == (8, 10, 3)
