"""The two MATLABs: what lies beyond a picture's edges."""

import math

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from shoal.cli import app
from shoal.pictures.degrade import degrade, smaller, wrong_values
from shoal.pictures.images import read
from shoal.pictures.taps import EDGES, MIRRORED, REPEATED


def keys(x: float) -> float:
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0


def at(index: int, size: int, edges: str) -> int:
    """MATLAB's indices, from 1, written after what each of the two says of them."""
    if edges == REPEATED:
        return min(max(1, index), size)
    both = [*range(1, size + 1), *range(size, 0, -1)]
    return both[(index - 1) % len(both)]


def shrunk(row: list[float], scale: float, edges: str) -> list[float]:
    """One row, pixel after pixel, as `imresize` by 1 / scale says it, rounded at the end."""
    made = []
    for x in range(1, math.ceil(len(row) / scale) + 1):
        u = x * scale + 0.5 * (1 - scale)
        left = math.floor(u - 2 * scale)
        indices = range(left, left + math.ceil(4 * scale) + 2)
        weights = [keys((u - index) / scale) / scale for index in indices]
        taken = [row[at(index, len(row), edges) - 1] for index in indices]
        value = sum(w * v for w, v in zip(weights, taken, strict=True)) / sum(weights)
        made.append(float(min(max(math.floor(value + 0.5), 0), 255)))
    return made


def reference(plane: np.ndarray, scale: int, edges: str) -> np.ndarray:
    height, width = (side // scale * scale for side in plane.shape)
    return resized(plane[:height, :width], scale, edges)


def resized(plane: np.ndarray, scale: float, edges: str) -> np.ndarray:
    columns = plane.T.astype(float).tolist()
    rows = np.array([shrunk(column, scale, edges) for column in columns]).T.tolist()
    return np.array([shrunk(row, scale, edges) for row in rows]).astype(np.uint8)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_every_value_is_that_of_a_plain_account_of_imresize(scale: int, edges: str) -> None:
    noise = np.random.default_rng(scale).integers(0, 256, (17, 27), dtype=np.uint8)
    assert (degrade(noise, scale, edges) == reference(noise, scale, edges)).all()


@pytest.mark.parametrize("factor", [0.9, 0.8, 0.7, 0.6, 0.5, 0.31])
def test_every_value_of_a_smaller_copy_is_that_of_the_same_account(factor: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (17, 27, 3), dtype=np.uint8)
    copy = smaller(noise, factor)
    for plane in range(3):
        assert (copy[..., plane] == resized(noise[..., plane], 1 / factor, MIRRORED)).all()
    assert (smaller(noise[..., 0], factor) == copy[..., 0]).all()


def test_a_copy_of_half_the_size_is_lr_at_x2_and_16_bits_stay_16() -> None:
    noise = np.random.default_rng(1).integers(0, 1 << 16, (16, 26, 3), dtype=np.uint16)
    copy = smaller(noise, 0.5)
    assert copy.dtype == np.uint16
    assert (copy == degrade(noise, 2)).all()


@pytest.mark.data
@pytest.mark.parametrize(
    ("sets", "count"), [("Set5/x4", 5), pytest.param(".", 57, marks=pytest.mark.slow)]
)
def test_the_pictures_of_matlab_are_mirrored_and_told_from_the_other_kind(
    shoal_data, sets, count
) -> None:
    told = []
    for lr in sorted((shoal_data / "matlab_lr" / sets).rglob("*.png")):
        (hr,) = (shoal_data / lr.parts[-3]).glob(f"{lr.stem}.*")
        told.append(wrong_values(read(lr).pixels, read(hr).pixels))
    assert len(told) == count
    assert {wrong[MIRRORED] for wrong in told} == {0}
    assert all(wrong[REPEATED] for wrong in told)


@pytest.mark.data
@pytest.mark.slow
def test_an_older_matlabs_pictures_equal_the_plain_account_too(shoal_data) -> None:
    for hr in sorted((shoal_data / "Set5").iterdir()):
        green = read(hr).pixels[..., 1]
        for scale in (2, 3, 4):
            expected = reference(green, scale, REPEATED)
            assert (degrade(green, scale, REPEATED) == expected).all()


def test_the_commands_write_either_kind_and_tell_which_it_is(tmp_path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (30, 24, 3), dtype=np.uint8)
    hr = tmp_path / "hr"
    hr.mkdir()
    Image.fromarray(noise).save(hr / "p.png")
    for edges in EDGES:
        out = tmp_path / edges
        words = ["degrade", str(hr), "--scale", "3", "--edges", edges, "-o", str(out)]
        assert CliRunner().invoke(app, words).exit_code == 0
        assert (read(out / "p.png").pixels == degrade(noise, 3, edges)).all()
        told = CliRunner().invoke(app, ["data", "edges", str(out), str(hr)]).output
        assert f"{edges}: 1" in told
    noise[0, 0] ^= 255
    Image.fromarray(noise).save(hr / "p.png")
    told = CliRunner().invoke(app, ["data", "edges", str(out), str(hr)]).output
    assert "neither: 1" in told


def test_a_picture_of_another_shape_is_of_neither_kind() -> None:
    lr, hr = np.zeros((10, 1), np.uint8), np.zeros((100, 2), np.uint8)
    assert wrong_values(lr, hr) == {}
