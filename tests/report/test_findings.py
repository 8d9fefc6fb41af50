"""What a study is found to say, in whatever state it is."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.made_up import REAL, MadeUp, study_of
from shoal import results
from shoal.errors import UserError
from shoal.report.answer import answer
from shoal.report.findings import findings
from shoal.report.folder import write_report
from shoal.report.tables.verdicts import effect, verdict_rows


def test_an_effect_is_said_in_its_unit(tmp_path: Path) -> None:
    found = findings(study_of(MadeUp(**REAL), tmp_path))
    rows = verdict_rows(found.verdicts).set_axis([each.id for each in found.verdicts])
    assert rows.loc["C4", "claim"] == "EEDS is the best of EES, EED and EEDS (C4)"
    assert re.fullmatch(r"[\d.]+× \[[\d.]+, [\d.]+\]", rows.loc["C1", "effect [95 % interval]"])
    assert re.fullmatch(
        r"\+0\.\d{3} dB \[\+0\.\d{3}, \+0\.\d{3}\]", rows.loc["C4", "effect [95 % interval]"]
    )
    assert rows.loc["C4", "n"] == "3 seeds × 4 pictures"
    assert effect(None) == "–"


def test_a_study_without_a_finished_run_names_the_command(tmp_path: Path) -> None:
    made = MadeUp()
    made.absent = [row["id"] for row in made.planned()]
    with pytest.raises(
        UserError, match=r"no run .* finished: python train\.py experiment=ablation"
    ):
        findings(study_of(made, tmp_path))


@pytest.mark.parametrize(
    "state", ["bicubic alone", "no bicubic", "one arm", "one scale", "begun", "short"]
)
def test_a_study_in_any_state_is_reported(tmp_path: Path, state: str) -> None:
    made = MadeUp(steps=100 if state == "short" else 2000)
    trained = [row["id"] for row in made.planned() if row["seed"] is not None]
    if state == "bicubic alone":
        made.absent = trained
    elif state == "no bicubic":
        made.absent = [made.run_id("bicubic", 3, None)]
    elif state == "one arm":
        made.arms = {"eed": "eed"}
    elif state == "one scale":
        made.scales = (2, 3)
        made.absent = [row["id"] for row in made.planned() if row["scale"] == 2]
    elif state == "begun":
        made.running = dict.fromkeys(trained[1:], 0)
    study = study_of(made, tmp_path / "runs")
    folder = write_report(study, tmp_path)
    assert re.search(r"\*\*Answer\.\*\* \w[^\n]+\.\n", (folder / "README.md").read_text())


@pytest.mark.parametrize("lost", ["protocol", "files"])
def test_a_study_without_scores_tells_the_validation_curve(tmp_path: Path, lost: str) -> None:
    MadeUp().write(tmp_path / "runs")
    for path in (tmp_path / "runs").glob("*/scores.csv"):
        if lost == "files":
            path.unlink()
        else:
            path.write_text(path.read_text().replace("classic", "rgb"))
    study = results.load(tmp_path / "runs", "ablation")
    folder = write_report(study, tmp_path)
    assert (folder / "README.md").is_file()
    unasked = replace(study, claims={})
    assert findings(unasked).answer == (
        "highest on the validation pictures x3: eeds, 31.99 dB (bicubic 30.00)."
    )
    assert any("no score by protocol classic" in note for note in findings(study).notes)


def test_runs_without_a_score_or_a_curve_are_reported_too(tmp_path: Path) -> None:
    """As a grid of one's own may leave them: no test set, and no validation."""
    study = study_of(MadeUp(seeds=(0,)), tmp_path / "runs")
    bare = replace(study, scores=study.scores.iloc[:0], curves=study.curves.iloc[:0])
    assert findings(bare).best == ("bicubic", 3)
    assert (write_report(bare, tmp_path / "out") / "index.html").is_file()


def test_nobody_is_highest_while_a_claim_is_open(tmp_path: Path) -> None:
    found = findings(study_of(MadeUp(seeds=(0,)), tmp_path))
    first, second, *_ = (replace(each, why="") for each in found.verdicts)

    def told(*words: str) -> str:
        verdicts = [replace(v, word=w) for v, w in zip((first, second), words, strict=True)]
        return answer(found.study, found.numbers, verdicts)

    fastest, sub_par = "EES converges fastest (C1)", "EES ends sub-par (C2)"
    best = r"highest on Sample x3: eeds, \d\d\.\d\d dB \(bicubic \d\d\.\d\d\)"
    both = re.escape(f"supported: {fastest}, {sub_par}")
    assert re.fullmatch(rf"{both}; {best}\.", told("supported", "supported"))
    assert told("undecided", "supported") == f"supported: {sub_par}; undecided: {fastest}."
