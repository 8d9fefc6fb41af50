"""Rows of older code are never averaged with newer ones."""

from pathlib import Path

import pytest

from helpers.literature import published
from helpers.made_up import EXACT, MadeUp, study_of
from shoal import results
from shoal.report.tables.table import table

NAMES = {seed: MadeUp().run_id("eed", 3, seed) for seed in (0, 1, 2)}
LATER = {"finished_at": "2026-02-02T03:04:05+00:00"}
OLD, NEW = ({"code": {"mine": text * 64}} for text in "ab")


def eeds(study: results.Study) -> set[int]:
    return set(results.per_run(study).query("arm == 'eed'")["seed"])


def test_rows_whose_code_is_older_are_left_out_and_named_with_the_command(tmp_path: Path) -> None:
    record = {NAMES[0]: OLD, NAMES[1]: NEW | LATER, NAMES[2]: NEW}
    study = study_of(MadeUp(record=record), tmp_path)
    assert eeds(study) == {1, 2}
    assert not study.curves["id"].eq(NAMES[0]).any()
    (said,) = [text for text in results.notes(study) if text.startswith("left out")]
    assert said == (
        "left out, made by older code (mine.py has changed since): eed x3 s0; "
        "`python train.py experiment=ablation` makes it anew"
    )
    assert "eed x3 has 2 of 3 seeds" in results.notes(study)


def test_no_mean_mixes_two_versions_of_code(tmp_path: Path) -> None:
    """The old code scored otherwise: the arm's mean is the new code's alone."""
    made = MadeUp(record={NAMES[0]: OLD, NAMES[1]: NEW | LATER, NAMES[2]: NEW | LATER}, **EXACT)
    made.write(tmp_path)
    scores = tmp_path / NAMES[0] / "scores.csv"
    head, *rows = scores.read_text().splitlines()
    worse = [",".join([*row.split(",")[:3], "1.0", "0.1"]) for row in rows]
    scores.write_text("\n".join([head, *worse]) + "\n")
    mixed, clean = results.load(tmp_path, "ablation"), study_of(MadeUp(**EXACT), tmp_path / "clean")
    found, expected = (
        table(study, published()).xs("eed", level="arm").iloc[0] for study in (mixed, clean)
    )
    assert found["Sample psnr"] == pytest.approx(expected["Sample psnr"], abs=1e-9)
    assert "left out: older code" in found["state"]


def test_an_older_results_version_is_left_out(tmp_path: Path) -> None:
    study = study_of(MadeUp(record={NAMES[1]: {"results": 0}}), tmp_path)
    assert eeds(study) == {0, 2}
    assert any("(results version 0, not 1): eed x3 s1" in text for text in results.notes(study))


def test_one_module_is_one_version_across_arms_and_arms_without_it_stay(tmp_path: Path) -> None:
    other = MadeUp().run_id("eeds", 3, 0)
    study = study_of(MadeUp(record={NAMES[0]: OLD, other: NEW | LATER}), tmp_path)
    assert eeds(study) == {1, 2}
    assert len(study.finished) == len(study.runs) - 1


def test_different_modules_of_different_arms_are_all_kept(tmp_path: Path) -> None:
    other = MadeUp().run_id("eeds", 3, 0)
    record = {NAMES[0]: {"code": {"one": "a"}}, other: {"code": {"two": "b"}}}
    study = study_of(MadeUp(record=record), tmp_path)
    assert len(study.finished) == len(study.runs)


def test_explain_parts_runs_of_one_command_by_their_code(tmp_path: Path) -> None:
    MadeUp(record={NAMES[0]: OLD, NAMES[1]: NEW, NAMES[2]: NEW}).write(tmp_path)
    (tmp_path / ".experiments" / "ablation-0a1b2c3d.json").unlink()
    text = results.explain("eed", "Sample", 3, tmp_path, [tmp_path / "none"], every=True)
    old, new = sorted(text.split("\n\n"), key=lambda block: NAMES[1] in block)
    assert NAMES[0] in old
    assert "code of mine: " + "a" * 64 in old
    assert NAMES[1] in new
    assert NAMES[2] in new
    assert NAMES[0] not in new
