"""Scores of pictures on disk."""

import csv
import math

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from helpers.noise import colours
from shoal.cli import app
from shoal.errors import UserError
from shoal.evaluation.protocol import scores
from shoal.evaluation.protocols import PROTOCOLS
from shoal.evaluation.saved import score
from shoal.pictures.colour import luma, rgb, ycbcr
from shoal.pictures.images import read, write_png
from shoal.pictures.levels import levels, to_pixels
from shoal.pictures.resample import upscale


def command(*arguments):
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


def bicubic_of_matlabs(path):
    """The bicubic enlargement of an LR file as EDSR's code saves a picture, and its luma."""
    scale, planes = int(path.parent.name[1:]), levels(read(path).pixels)
    if planes.shape[1] == 1:
        sr = upscale((planes / 255).float(), scale)
        return to_pixels(sr.double() * 255), sr
    planes = ycbcr(planes)
    sr = upscale((planes[:, :1] / 255).float(), scale)
    picture = torch.cat([sr.double() * 255, upscale(planes[:, 1:], scale)], dim=1)
    return to_pixels(rgb(picture)), sr


@pytest.mark.data
@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("dataset", ["Set5", pytest.param("Set14", marks=pytest.mark.slow)])
def test_bicubic_pictures_of_matlabs_score_what_the_benchmark_says(
    shoal_data, tmp_path, dataset, scale
):
    expected = {}
    for path in sorted((shoal_data / "matlab_lr" / dataset / f"x{scale}").iterdir()):
        picture, sr = bicubic_of_matlabs(path)
        write_png(tmp_path / f"{path.stem}_x{scale}_bicubic.png", picture)
        question = PROTOCOLS["rgb"].question(
            read(shoal_data / dataset / f"{path.stem}.bmp").pixels, scale
        )
        expected[path.stem] = scores(*PROTOCOLS["rgb"].pair(sr, question, scale))
    target = tmp_path / "scores.csv"
    options = ("--scale", scale, "--protocol", "rgb", "--csv", target)
    done = command(tmp_path, shoal_data / dataset, *options)
    assert done.exit_code == 0, done.output
    with target.open(newline="") as file:
        *rows, mean = csv.DictReader(file)
    assert {row["image"]: (float(row["psnr"]), float(row["ssim"])) for row in rows} == expected
    assert mean["image"] == "mean"
    assert float(mean["psnr"]) == pytest.approx(np.mean([psnr for psnr, _ in expected.values()]))


@pytest.mark.data
def test_grey_pictures_score_by_classic_what_the_benchmark_says(shoal_data, tmp_path):
    expected = {}
    for path in sorted((shoal_data / "Set5").iterdir()):
        question = PROTOCOLS["classic"].question(read(path).pixels, 3)
        sr = upscale(question.lr, 3)
        write_png(tmp_path / f"{path.stem}x3.png", to_pixels(sr.double() * 255))
        expected[path.stem] = scores(*PROTOCOLS["classic"].pair(sr, question, 3))
    *rows, mean = score(tmp_path, shoal_data / "Set5", 3, "classic")
    assert {row["image"]: (row["psnr"], row["ssim"]) for row in rows} == expected
    assert mean["psnr"] == pytest.approx(30.39, abs=0.005)  # as the literature prints it


def test_equal_pictures_have_infinite_psnr_in_table_and_csv(folders, tmp_path):
    sr, hr = folders({"a.png": (21, 24)}, {"a.png": (21, 24)})
    done = command(sr, hr, "--scale", "3", "--csv", tmp_path / "s.csv")
    assert done.exit_code == 0, done.output
    assert [line.split("│")[2].strip() for line in done.output.splitlines() if "│" in line] == [
        "inf",
        "inf",
    ]
    assert (tmp_path / "s.csv").read_text() == "image,psnr,ssim\na,inf,1.0\nmean,inf,1.0\n"


def test_the_mean_is_over_pictures(folders):
    flat = np.full((30, 39), 100, np.uint8)
    sr, hr = folders({"a.png": flat + 51, "b.png": flat + 5}, {"a.png": flat, "b.bmp": flat})
    *rows, mean = score(sr, hr, 3, "classic")
    assert [row["psnr"] for row in rows] == pytest.approx([20 * math.log10(5), 20 * math.log10(51)])
    assert mean["psnr"] == pytest.approx(10 * math.log10(5 * 51))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_hr_is_cropped_at_the_bottom_and_the_right(folders, protocol):
    hr = colours(31, 41)
    sr, hr = folders({"a.png": hr[:30, :39]}, {"a.png": hr})
    assert score(sr, hr, 3, protocol)[0]["psnr"] == math.inf


def test_an_rgb_picture_of_a_grey_one_counts_as_the_grey_it_shows(folders):
    grey = colours(24, 24)[..., 0]
    sr, hr = folders({"a.png": np.stack([grey] * 3, axis=-1)}, {"a.png": grey})
    for protocol in PROTOCOLS:
        assert score(sr, hr, 2, protocol)[0]["psnr"] == math.inf


def test_a_grey_picture_of_an_rgb_one_is_its_luma(folders):
    hr = colours(24, 24)
    sr, hr = folders({"a.png": to_pixels(luma(hr))}, {"a.png": hr})
    assert score(sr, hr, 2, "classic")[0]["psnr"] == math.inf
    assert 50 < score(sr, hr, 2, "rgb")[0]["psnr"] < math.inf  # HR luma isn't rounded there


def test_protocols_differ_by_the_rounding_of_luma(folders):
    sr, hr = folders({"a.png": colours(24, 24, seed=1)}, {"a.png": colours(24, 24)})
    a, b = (read(folder / "a.png").pixels for folder in (sr, hr))
    inner = np.s_[..., 2:-2, 2:-2]
    error = (luma(a) - luma(b))[inner].square().mean().item()
    rounded = (luma(a).round() - luma(b).round())[inner].square().mean().item()
    assert score(sr, hr, 2, "rgb")[0]["psnr"] == pytest.approx(10 * math.log10(255**2 / error))
    assert score(sr, hr, 2, "classic")[0]["psnr"] == pytest.approx(
        10 * math.log10(255**2 / rounded)
    )


def test_sixteen_bits_and_transparency_are_scored_as_eight_bits_and_opaque(folders):
    grey = colours(24, 24)[..., 0]
    deep = grey.astype(np.uint16) * 257
    glass = np.dstack([colours(24, 24, 3), grey])
    sr, hr = folders({"a.png": deep, "b.png": glass}, {"a.png": grey, "b.png": glass[..., :3]})
    for protocol in PROTOCOLS:
        assert score(sr, hr, 2, protocol)[-1]["psnr"] == math.inf


A = {"a.png": (24, 24)}


def test_all_wrong_sizes_are_named_in_one_line_and_no_csv_appears(folders, tmp_path):
    names = {f"{number}.png": (30, 30) for number in range(25)}
    sr, hr = folders(names, names | {"0.png": (33, 30), "7.png": (30, 34)})
    (hr / "3.png").write_text("no picture")
    done = command(sr, hr, "--scale", "2", "--csv", tmp_path / "s.csv")
    problems = str(done.exception).split("; ")
    assert [problem.startswith(str(sr)) for problem in problems] == [True, False, True]
    assert "3.png: not a picture" in problems[1]
    assert not (tmp_path / "s.csv").exists()
    for path in hr.iterdir():
        Image.new("L", (40, 40)).save(path)
    with pytest.raises(UserError, match=r"24\.png.*; and 5 more$"):
        score(sr, hr, 2, "rgb")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sr", "hr", "--protocol", "RGB"), "protocol=RGB is unknown"),
        (("sr/a.png", "hr"), "one is a file; give two pictures or two folders"),
        (("nowhere", "hr"), "nowhere: no such picture or folder"),
        (("sr", "nowhere"), "nowhere: no such picture or folder"),
        (("sr", "hr", "--csv", "nowhere/s.csv"), "nowhere is not a folder: make it first"),
        (("sr", "hr", "--csv", "sr"), "sr is a folder: name a file in it"),
        (("sr", "hr", "--csv", "hr/a.png"), "hr/a.png has a picture's suffix: name a .csv file"),
    ],
)
def test_wrong_arguments_are_refused(folders, tmp_path, monkeypatch, arguments, says):
    folders(A, A)
    monkeypatch.chdir(tmp_path)
    done = command(*arguments, "--scale", "2")
    assert isinstance(done.exception, UserError)
    assert says in str(done.exception)


def test_a_csv_that_cannot_be_written_is_one_line_and_leaves_the_old_one(
    folders, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    sr, hr = folders(A, A)
    (tmp_path / "s.csv").write_text("old")
    monkeypatch.setattr("os.fsync", full)
    done = command(sr, hr, "--scale", "2", "--csv", tmp_path / "s.csv")
    assert "s.csv can't be written: No space left on device" in str(done.exception)
    assert (tmp_path / "s.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hr", "s.csv", "sr"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_picture_without_its_border_scores_as_with_it_and_one_line_says_so(
    folders, capsys, protocol
):
    hr, sr = colours(36, 42, seed=1), colours(36, 42, seed=2)
    whole = folders({"a.png": sr}, {"a.png": hr})
    before = score(*whole, 3, protocol)
    Image.fromarray(sr[3:-3, 3:-3]).save(whole[0] / "a.png")
    assert score(*whole, 3, protocol) == before
    assert "1 of 1 pictures lack the border of 3 pixels" in capsys.readouterr().err
