"""Columns that `metrics=` added to scores, in tables, pages and findings made runs again."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from helpers.literature import published
from helpers.made_up import MadeUp, study_of
from shoal import results
from shoal.cli import app
from shoal.report.findings import findings
from shoal.report.folder import write_report
from shoal.report.page.page import page
from shoal.report.tables.cells import shown
from shoal.report.tables.table import table
from shoal.results import Study, columns_beside, read_kept
from shoal.runs.folder import RunFolder
from shoal.runs.tables import means, score_columns

MADE = MadeUp(seeds=(0, 1))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Every run but dcnn's has the column: 0.5 in seed 0, 0.7 in seed 1 and in bicubic."""
    MADE.write(tmp_path)
    for row in MADE.planned():
        folder = RunFolder(tmp_path / row["id"])
        if row["arm"] != "dcnn":
            rows = [
                each | {"vif": 0.5 if row["seed"] == 0 else 0.7}
                for each in folder.rows("scores.csv")
            ]
            folder.write_rows("scores.csv", score_columns(rows), rows)
            facts = {"scores": means(rows), "metrics": {"vif": json.dumps({"given": "levels"})}}
            folder.write_json("record.json", folder.record() | facts)
    return results.load(tmp_path, "ablation")


def test_a_column_is_averaged_over_pictures_and_seeds_and_shown(study: Study) -> None:
    assert columns_beside(study) == ["vif"]
    numbers = table(study, published())
    assert numbers.loc[("eeds", 3), "Sample vif"] == pytest.approx(0.6)
    cells = shown(study, numbers, published()).set_index("arm")["Sample vif"]
    assert (cells["eeds"], cells["bicubic"], cells["dcnn"]) == ("0.6000 ± 0.1414", "0.7000", "–")


def test_no_mean_is_taken_of_some_pictures_for_that_of_all(study: Study) -> None:
    scores = study.scores.copy()
    scores.loc[scores["arm"].eq("eed") & scores["image"].eq("000"), "vif"] = float("nan")
    runs = results.per_run(replace(study, scores=scores)).set_index("arm")["vif"]
    assert runs["eed"].isna().all()
    assert runs["eeds"].notna().all()


def test_no_mean_is_taken_of_some_seeds_for_that_of_all(study: Study) -> None:
    scores = study.scores.copy()
    scores.loc[scores["arm"].eq("eed") & scores["seed"].eq(1), "vif"] = float("nan")
    runs = results.per_run(replace(study, scores=scores)).set_index("arm")["vif"]
    assert runs["eed"].isna().all()
    scores.loc[scores["seed"].eq(1) | scores["seed"].isna(), "vif"] = float("nan")
    assert columns_beside(replace(study, scores=scores)) == []


def test_a_study_without_one_has_the_columns_that_it_had(tmp_path: Path) -> None:
    plain = study_of(MADE, tmp_path)
    assert columns_beside(plain) == []
    assert not [name for name in table(plain, published()) if name.startswith("Sample v")]


def test_a_certificate_tells_of_it(study: Study, tmp_path: Path) -> None:
    said = results.explain("eeds", "Sample", 3, tmp_path, [])
    assert ", vif 0.6000 ± 0.1414" in said.splitlines()[0]
    assert ", vif 0.5000" in said
    assert "vif" not in results.explain("dcnn", "Sample", 3, tmp_path, [])


def test_the_page_sorts_the_column_by_its_number(study: Study) -> None:
    html = page(findings(study), [], None, "")
    assert "Sample vif" in html
    assert "0.6000 ± 0.1414" in html


def test_kept_findings_and_runs_adopted_from_them_have_it_too(study: Study, tmp_path: Path) -> None:
    folder = write_report(study, tmp_path / "findings")
    kept = read_kept(folder)
    assert (
        results.per_run(kept)
        .set_index("id")["vif"]
        .equals(results.per_run(study).set_index("id")["vif"])
    )
    told = CliRunner().invoke(app, ["runs", "adopt", str(folder), "--runs", str(tmp_path / "new")])
    assert told.exit_code == 0, told.output
    for row in MADE.planned():
        ours, theirs = (
            RunFolder(root / row["id"]).record() for root in (study.root, tmp_path / "new")
        )
        assert pd.json_normalize(ours["scores"]).equals(pd.json_normalize(theirs["scores"]))
        assert theirs.get("metrics") == ours.get("metrics")
