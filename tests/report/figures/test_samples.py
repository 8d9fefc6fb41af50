"""The sheet of sample pictures."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from helpers.made_up import MadeUp, study_of
from shoal import results
from shoal.pictures.colour import luma
from shoal.pictures.levels import to_pixels
from shoal.report.figures.samples import crops
from shoal.report.figures.sheet import GAP, HEAD, samples_sheet
from shoal.report.folder import write_report
from shoal.runs.sheet import Tile, cut, read_crop, read_grey


def test_samples_of_many_arms_are_wrapped_to_what_a_page_shows(tmp_path: Path) -> None:
    def sheet(arms: list[str], scales: tuple[int, ...]) -> tuple[list[Tile], int]:
        made = MadeUp(arms=dict.fromkeys(arms, "ees"), scales=scales, samples=True)
        made.levels = dict.fromkeys(arms, 30.0)
        for kind, content in samples_sheet(crops(study_of(made, tmp_path / arms[0]))).items():
            (tmp_path / f"samples.{kind}").write_bytes(content)
        return cut(tmp_path), read_grey(tmp_path / "samples.png").shape[1]

    _, few = sheet(["a", "b", "c", "d", "e", "f"], (3,))
    names = [f"arm{i}" for i in range(15)]
    tiles, many = sheet(names, (2, 3, 4))
    assert len(tiles) == 3 * 17  # one crop of each scale
    assert {tile.arm for tile in tiles} == {*names, ""}
    assert many <= few


def test_long_titles_end_before_the_next_crop(tmp_path: Path) -> None:
    arms = {f"network{number}-muon-lr=0.001-seed=17": "ees" for number in range(4)}
    made = MadeUp(arms=arms, levels=dict.fromkeys(arms, 30.0), scales=(3,), samples=True)
    made.claims = {}
    for kind, content in samples_sheet(crops(study_of(made, tmp_path / "runs"))).items():
        (tmp_path / f"samples.{kind}").write_bytes(content)
    sheet, places = read_grey(tmp_path / "samples.png"), pd.read_csv(tmp_path / "samples.csv")
    for row in places.itertuples():
        gap = sheet[row.top - HEAD : row.top, row.left - GAP + 2 : row.left - 1]
        assert (gap == 255).all()


def test_a_crop_is_cut_out_of_the_sheet_as_it_was_put_there(
    study: results.Study, tmp_path: Path
) -> None:
    folder = write_report(study, tmp_path)
    first = study.finished.drop_duplicates("arm").set_index("arm")["id"].to_dict()
    tiles = cut(folder)
    assert {tile.arm for tile in tiles} == {"", "ees", "eed", "eeds", "dcnn", "dscnn"}
    for tile in tiles:
        run = study.root / first[tile.arm or "ees"]
        with Image.open(run / "samples" / f"{tile.picture}-{tile.kind}.png") as picture:
            assert (np.asarray(picture) == tile.pixels).all()


def test_titles_of_the_sheet_lie_between_its_crops(study: results.Study, tmp_path: Path) -> None:
    folder = write_report(study, tmp_path)
    sheet = read_grey(folder / "samples.png").copy()
    places = pd.read_csv(folder / "samples.csv")
    for row in places.itertuples():
        sheet[row.top : row.top + row.height, row.left : row.left + row.width] = 255
        # white above the text: no title is cut off by the crop above it
        assert (sheet[row.top - HEAD : row.top - HEAD + 3, row.left : row.left + 140] == 255).all()
        assert (sheet[row.top - HEAD : row.top, row.left : row.left + 140] < 128).any()


def test_colours_stand_on_the_sheet_as_the_luma_that_other_networks_leave(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "rgb.png")
    assert np.array_equal(read_crop(tmp_path / "rgb.png"), to_pixels(luma(pixels)))
