"""Bicubic's scores of a set, kept."""

import numpy as np
import pytest
from PIL import Image

from shoal.data.sets import folder_set
from shoal.evaluation import baseline, questions
from shoal.evaluation.baseline import bicubic_rows
from shoal.evaluation.benchmark import score
from shoal.models.bicubic import Bicubic


@pytest.fixture
def photos(tmp_path):
    noise = np.random.default_rng(0)
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a", "b", "flat"):
        pixels = noise.integers(0, 256, (24, 30, 3)) * (name != "flat")
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{name}.png")
    return folder


@pytest.mark.parametrize("protocol", ["classic", "rgb"])
def test_kept_rows_are_those_that_scoring_gives_to_the_last_digit(
    photos, tmp_path, protocol, monkeypatch
):
    pictures, where = folder_set(photos, "Photos"), (tmp_path, tmp_path / "cache", protocol, 2)
    expected = score(Bicubic(2), [pictures], tmp_path, protocol, 2)
    assert bicubic_rows(pictures, *where, limit=1) == expected[:1]
    assert bicubic_rows(pictures, *where) == expected  # more than are kept
    monkeypatch.setattr(baseline, "score", None)  # nobody scores again
    assert bicubic_rows(pictures, *where) == expected
    assert bicubic_rows(pictures, *where, limit=2) == expected[:2]


def test_what_is_kept_is_found_by_content_and_named_as_the_pictures_are_now(
    photos, tmp_path, monkeypatch
):
    where = tmp_path, tmp_path / "cache", "classic", 2
    before = bicubic_rows(folder_set(photos, "Photos"), *where)
    (photos / "a.png").rename(photos / "a2.png")
    pictures = folder_set(photos, "Others")
    with monkeypatch.context() as patch:
        patch.setattr(baseline, "score", None)
        renamed = bicubic_rows(pictures, *where)
    assert [(row["dataset"], row["image"]) for row in renamed] == [
        ("Others", name) for name in ("a2", "b", "flat")
    ]
    assert [row["psnr"] for row in renamed] == [row["psnr"] for row in before]
    Image.new("L", (24, 30), 9).save(photos / "b.png")
    assert bicubic_rows(folder_set(photos, "Photos"), *where)[1]["psnr"] == float("inf")


def test_scores_that_were_damaged_are_computed_again(photos, tmp_path):
    pictures, where = folder_set(photos, "Photos"), (tmp_path, tmp_path / "cache", "classic", 2)
    rows = bicubic_rows(pictures, *where)
    (kept,) = (tmp_path / "cache").glob("*.json")
    whole = kept.read_text()
    for damaged in (whole.replace("1", "2", 1), whole[:-3], "", "none"):
        kept.write_text(damaged)
        assert bicubic_rows(pictures, *where) == rows
        assert kept.read_text() == whole


def test_scores_from_decoded_pictures_are_those_from_the_files(photos, tmp_path, monkeypatch):
    network, pictures = Bicubic(3), folder_set(photos, "Photos")
    expected = score(network, [pictures], tmp_path, "classic", 3)
    cache = tmp_path / "cache"
    assert score(network, [pictures], tmp_path, "classic", 3, cache=cache) == expected
    monkeypatch.setattr(questions, "read", None)  # nobody decodes again
    assert score(network, [pictures], tmp_path, "classic", 3, cache=cache) == expected


def test_scores_are_taken_where_no_cache_can_be_written(photos, tmp_path):
    (tmp_path / "file").write_text("in the way")
    rows = score(
        Bicubic(2), [folder_set(photos, "P")], tmp_path, "classic", 2, cache=tmp_path / "file"
    )
    assert len(rows) == 3
