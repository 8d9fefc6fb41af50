"""The folder of an experiment's findings."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from helpers.composing import SOURCES
from shoal import report, results
from shoal.report.findings import findings

FILES = {
    *("README.md", "table.csv", "table.tex", "runs.csv", "scores.csv", "curves.csv"),
    *("convergence.svg", "convergence.png", "branches.svg", "samples.png", "index.html"),
    *("frontier.svg", "frontier.png"),
}


def test_the_same_rows_give_the_same_files(study: results.Study, tmp_path: Path) -> None:
    first, second = (report.write_report(study, tmp_path / name, SOURCES) for name in "ab")
    assert {path.name for path in first.iterdir()} == FILES
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_committed_rows_explain_a_number_when_its_runs_are_gone(
    study: results.Study, tmp_path: Path
) -> None:
    report.write_report(study, tmp_path / "out", SOURCES)
    from_runs = results.explain("eeds", "Sample", 3, study.root, tmp_path / "none")
    shutil.rmtree(study.root)
    assert results.explain("eeds", "Sample", 3, study.root, tmp_path / "out") == from_runs


def test_runs_and_their_findings_give_one_certificate(study: results.Study, tmp_path: Path) -> None:
    report.write_report(study, tmp_path / "out", SOURCES)
    text = results.explain("eeds", "Sample", 3, study.root, tmp_path / "out")
    assert text.count("eeds on Sample x3") == 1


def test_every_row_can_be_traced_from_the_csv_files(study: results.Study, tmp_path: Path) -> None:
    folder = report.write_report(study, tmp_path, SOURCES)
    runs, scores = (pd.read_csv(folder / f"{name}.csv") for name in ("runs", "scores"))
    curves = pd.read_csv(folder / "curves.csv")
    assert len(runs) == 16
    assert set(scores["id"]) == set(runs.loc[runs["state"] == "finished", "id"])
    assert set(curves["id"]) == set(runs["id"])
    cells = pd.read_csv(folder / "table.csv").set_index("arm")
    mean = scores[scores["arm"] == "eeds"].groupby("id")["psnr"].mean().mean()
    assert cells.loc["eeds", "Sample psnr"] == pytest.approx(mean)


def test_the_readme_has_question_answer_command_table_and_verdicts(
    study: results.Study, tmp_path: Path
) -> None:
    text = (report.write_report(study, tmp_path, SOURCES) / "README.md").read_text()
    found = findings(study, SOURCES)
    assert f"**Question.** {study.question}" in text
    assert "**Answer.** Highest on Sample x3: eeds" in text
    assert study.command in text
    for row in found.cells.to_numpy().tolist():
        assert re.search(r"\| " + r" +\| ".join(map(re.escape, row)) + r" +\|", text), row
    for verdict in found.verdicts:
        assert f"| {verdict.id} " in text
    for name in re.findall(r"\]\((\S+)\)", text):
        assert (tmp_path / study.folder / name).is_file()


def test_what_people_make_of_the_findings_is_kept(study: results.Study, tmp_path: Path) -> None:
    folder = tmp_path / study.folder
    folder.mkdir()
    (folder / "reading.md").write_text("It *holds*\nat `x3`.\n\nFor <b>five</b> pictures.\n")
    report.write_report(study, tmp_path, SOURCES)
    readme = (folder / "README.md").read_text()
    assert "## Reading\n\nIt *holds*\nat `x3`.\n\nFor <b>five</b> pictures.\n" in readme
    html = (folder / "index.html").read_text()
    assert "<p>It <em>holds</em>\nat <code>x3</code>.</p>" in html
    assert "<p>For &lt;b&gt;five&lt;/b&gt; pictures.</p>" in html
    assert (folder / "reading.md").is_file()


def test_the_index_lists_every_folder_with_its_answer(study: results.Study, tmp_path: Path) -> None:
    (tmp_path / "recipe").mkdir()
    (tmp_path / "recipe" / "README.md").write_text(
        "# Recipe\n\n**Question.** Which rate?\n\n**Answer.** 3e-3.\n"
    )
    report.write_report(study, tmp_path, SOURCES)
    text = (tmp_path / "README.md").read_text()
    assert re.search(r"\[recipe\]\(recipe/README\.md\) +\| Which rate\? +\| 3e-3\. +\|", text)
    assert "[ablation](ablation/README.md)" in text
    assert "Highest on Sample x3: eeds" in text
