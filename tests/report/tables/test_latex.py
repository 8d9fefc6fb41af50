"""The table of a paper."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.made_up import EXACT, MadeUp, study_of
from shoal.errors import UserError
from shoal.report.findings import findings
from shoal.report.tables.latex import latex


def cells(text: str) -> dict[str, list[str]]:
    """The cells of each row by its method."""
    rows = [line.removesuffix(r" \\").split(" & ") for line in text.splitlines() if " & " in line]
    return {row[0].removeprefix(r"\midrule"): row[1:] for row in rows}


def test_the_best_is_bold_the_second_underlined_and_digits_are_equal(tmp_path: Path) -> None:
    study = study_of(MadeUp(**EXACT, seeds=(0,)), tmp_path)
    to = {"eeds": 26.001, "eed": 25.996, "dscnn": 25.5, "bicubic": 24.0, "ees": 25.0}
    scores = study.scores.assign(psnr=study.scores["arm"].map(to).fillna(20.0))
    rows = cells(latex(findings(replace(study, scores=scores)), ["psnr"]))
    assert rows["eeds"] == rows["eed"] == [r"\textbf{26.00}"]  # equal as they are printed
    assert rows["dscnn"] == [r"\underline{25.50}"]
    assert rows["ees"] == ["25.00"]


def test_deviations_are_small_and_the_caption_says_what_stands_behind(tmp_path: Path) -> None:
    text = latex(findings(study_of(MadeUp(seed_sd=0.5), tmp_path)), ["psnr", "parameters"])
    assert re.search(r"\{\\scriptsize\$\\pm\$\d\.\d\d\}", cells(text)["eeds"][0])
    assert "scriptsize" not in cells(text)["bicubic"][0]
    assert cells(text)["eeds"][1] == "257 k"
    caption = next(line for line in text.splitlines() if line.startswith(r"\caption"))
    for words in ("sample", "quick", "classic", "3 seeds", r"$\times$3"):
        assert words in caption
    assert "unknown" not in text


def test_a_caption_tells_arms_with_fewer_seeds_from_those_with_more(tmp_path: Path) -> None:
    absent = [MadeUp().run_id("eed", 3, seed) for seed in (1, 2)]
    text = latex(findings(study_of(MadeUp(absent=absent), tmp_path)), ["psnr"])
    assert "standard deviation over 1 to 3 seeds." in text


def test_published_scores_stand_in_a_column_of_their_own(tmp_path: Path) -> None:
    made = MadeUp(sets={"Set5": 5, "Sample": 2}, data="t91")
    rows = cells(latex(findings(study_of(made, tmp_path)), ["psnr", "published"]))
    assert rows["Method"] == ["Set5 PSNR", "publ.", "Sample PSNR"]
    assert rows["bicubic"][1] == "30.39"


def test_scales_are_rows_and_the_best_is_that_of_its_scale(tmp_path: Path) -> None:
    made = MadeUp(**EXACT, scales=(2, 3), seeds=(0,), arms={"eed_1": "eed", "eeds": "eeds"})
    made.levels = {"eed_1": 31.0, "eeds": 32.0}
    text = latex(findings(study_of(made, tmp_path)), ["psnr"])
    assert text.count(r"\textbf{") == text.count(r"\underline{") == 2
    assert r"eed\_1 & $\times$2" in text


def test_an_unknown_column_is_refused_with_those_there_are(tmp_path: Path) -> None:
    found = findings(study_of(MadeUp(), tmp_path))
    with pytest.raises(UserError, match=r"--columns=psrn is unknown \(did you mean psnr\?\)"):
        latex(found, ["psrn"])
