"""Which picture is held against which, and what does not fit."""

import math

import pytest

from shoal.errors import UserError
from shoal.evaluation.pairing import pairs
from shoal.evaluation.saved import score

A = {"a.png": (24, 24)}


@pytest.mark.parametrize(
    ("sr", "hr"),
    [
        ("baby", "baby"),
        ("baby_sr", "baby"),
        ("baby-eeds", "baby"),
        ("babyx3", "baby"),
        ("baby_x3_sr", "baby_x3"),
        ("img_10", "img_10"),
        ("img_1_10", "img_1"),
        ("v1.5x2", "v1.5"),
        ("bébé (1) [b]_x3", "bébé (1) [b]"),
        ("be\u0301be\u0301_x3", "b\u00e9b\u00e9"),
        ("img_001_SRF_2_bicubic", "img_001_SRF_2_HR"),
        ("0801x4", "0801_GT"),
        ("SR_0801", "0801"),
        ("photo 2x", "photo"),
        ("photo(x2)", "photo"),
        ("photo (2x)", "photo"),
    ],
)
def test_pictures_pair_by_the_longest_hr_stem_that_begins_the_sr_stem(folders, sr, hr):
    others = {f"{name}.png": (9, 9) for name in ("ba", "img", "v1") if name != sr}
    rivals = {f"{name}.png": (9, 9) for name in ("baby", "img_1") if name != hr and name != sr}
    made = folders(others | rivals | {f"{sr}.png": (9, 9)}, others | rivals | {f"{hr}.bmp": (9, 9)})
    assert [b.stem for a, b in pairs(*made) if a.stem == sr] == [hr]


def test_a_pattern_says_how_else_pictures_are_called(folders):
    made = folders({"out-a.final.png": (9, 9)}, {"a.png": (9, 9)})
    with pytest.raises(UserError, match=r"other names with --pair, e\.g\. --pair 'SR_\{\}'"):
        pairs(*made)
    assert [b.stem for _, b in pairs(*made, "out-{}.final")] == ["a"]
    with pytest.raises(UserError, match=r"no HR picture in .* for out-a\.final\.png"):
        pairs(*made, "out-{}")
    with pytest.raises(UserError, match=r"--pair out must hold \{\} once, for the HR"):
        pairs(*made, "out")


@pytest.mark.parametrize("accent", ["\u00e9", "e\u0301"])
def test_a_pattern_may_spell_letters_with_accents_either_way(folders, accent):
    made = folders({"\u00e9t\u00e9 a.png": (9, 9)}, {"a.png": (9, 9)})
    assert [b.stem for _, b in pairs(*made, f"{accent}t{accent} {{}}")] == ["a"]


def test_two_files_pair_whatever_they_are_called(folders):
    sr, hr = folders({"result.png": (24, 24)}, {"photo.bmp": (24, 24)})
    (row, _) = score(sr / "result.png", hr / "photo.bmp", 2, "rgb")
    assert row == {"image": "photo", "psnr": math.inf, "ssim": 1}


@pytest.mark.parametrize(
    ("sr", "hr", "says"),
    [
        (A | {"b.png": (9, 9), "xa.png": (9, 9)}, A, "no HR picture in {hr} for b.png, xa.png"),
        (A, A | {"b.png": (9, 9)}, "no SR picture in {sr} for b.png"),
        (
            {"ax.png": (9, 9)},
            A,
            "no HR picture in {hr} for ax.png; no SR picture in {sr} for a.png",
        ),
        (A | {"a_2.png": (9, 9)}, A, "a.png, a_2.png in {sr} belong to the same HR picture"),
        (
            A,
            A | {"a.bmp": (9, 9)},
            "{hr}/a.bmp and {hr}/a.png differ only in their suffixes: keep one",
        ),
        (A, {"a.png": (26, 30)}, "{sr}/a.png is 24 x 24, not 30 x 26 (HR, 30 x 26, at scale 2)"),
        (A, {"a.png": (25, 27)}, "{sr}/a.png is 24 x 24, not 26 x 24 (HR, 27 x 25, at scale 2)"),
        ({"a.png": (4, 9)}, {"a.png": (5, 9)}, "a.png is 9 x 4, not 8 x 4 (HR, 9 x 5, at scale 2)"),
        (
            {"a.png": (4, 8)},
            {"a.png": (4, 8)},
            "{sr}/a.png: 8 x 4 is too small to score",
        ),
        (
            {"a.png": (12, 20)},
            {"a.png": (12, 20)},
            "{sr}/a.png: SSIM needs 11 x 11",
        ),
        ({}, A, "{sr} has no picture in it"),
        (A, {}, "{hr} has no picture in it"),
    ],
)
def test_what_does_not_fit_is_named(folders, tmp_path, sr, hr, says):
    sr, hr = folders(sr, hr)
    with pytest.raises(UserError) as refused:
        score(sr, hr, 2, "classic")
    assert says.format(sr=sr, hr=hr) in str(refused.value)
