"""The folder of an experiment's findings."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from helpers.made_up import MadeUp, study_of
from shoal import results
from shoal.errors import UserError
from shoal.report.findings import findings
from shoal.report.folder import write_pages, write_report
from shoal.report.index import index

FILES = {
    *("README.md", "table.csv", "table.tex", "runs.csv", "scores.csv", "curves.csv"),
    *("convergence.svg", "branches.svg", "frontier.svg", "samples.png", "samples.csv"),
    *("study.json", "index.html"),
}


def test_the_same_rows_give_the_same_files(study: results.Study, tmp_path: Path) -> None:
    first, second = (write_report(study, tmp_path / name) for name in "ab")
    assert {path.name for path in first.iterdir()} == FILES
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_committed_rows_explain_a_number_when_its_runs_are_gone(
    study: results.Study, tmp_path: Path
) -> None:
    write_report(study, tmp_path / "out")
    from_runs = results.explain("eeds", "Sample", 3, study.root, [tmp_path / "none"])
    shutil.rmtree(study.root)
    assert results.explain("eeds", "Sample", 3, study.root, [tmp_path / "out"]) == from_runs


def test_runs_and_their_findings_give_one_certificate(study: results.Study, tmp_path: Path) -> None:
    write_report(study, tmp_path / "out")
    text = results.explain("eeds", "Sample", 3, study.root, [tmp_path / "out"])
    assert text.count("eeds on Sample x3") == 1


def test_every_row_can_be_traced_from_the_csv_files(study: results.Study, tmp_path: Path) -> None:
    folder = write_report(study, tmp_path)
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
    text = (write_report(study, tmp_path) / "README.md").read_text()
    found = findings(study)
    assert f"**Question.** {study.question}" in text
    assert f"**Answer.** {found.answer[0].upper()}{found.answer[1:]}" in text
    assert study.command in text
    for row in found.cells.to_numpy().tolist():
        assert re.search(r"\| " + r" +\| ".join(map(re.escape, row)) + r" +\|", text), row
    for verdict in found.verdicts:
        assert f"| {verdict.says} ({verdict.id}) " in text
    for name in re.findall(r"\]\((\S+)\)", text):
        assert (tmp_path / study.folder / name).is_file()


def test_commands_of_the_readme_say_where_the_runs_are(
    study: results.Study, tmp_path: Path
) -> None:
    text = (write_report(study, tmp_path) / "README.md").read_text()
    assert "--runs" not in text
    command = "shoal train experiment=ablation 'paths.runs=my runs' paths.experiments=out"
    text = (write_report(replace(study, command=command), tmp_path) / "README.md").read_text()
    assert f"--scale 3 --experiment {study.folder} --runs 'my runs'`" in text
    assert f"--id {study.digest} --runs 'my runs' --out out`" in text


def test_what_people_make_of_the_findings_is_kept(study: results.Study, tmp_path: Path) -> None:
    folder = tmp_path / study.folder
    folder.mkdir(parents=True)
    (folder / "reading.md").write_text("It *holds*\nat `x3`.\n\nFor <b>five</b> pictures.\n")
    write_report(study, tmp_path)
    readme = (folder / "README.md").read_text()
    assert "## Reading\n\nIt *holds*\nat `x3`.\n\nFor <b>five</b> pictures.\n" in readme
    html = (folder / "index.html").read_text()
    assert "<p>It <em>holds</em>\nat <code>x3</code>.</p>" in html
    assert "<p>For &lt;b&gt;five&lt;/b&gt; pictures.</p>" in html
    assert (folder / "reading.md").is_file()


def test_the_index_lists_every_folder_with_its_answer(study: results.Study, tmp_path: Path) -> None:
    for name, answer in (("a", "3e-3"), ("b", "1e-3")):
        (tmp_path / "recipe" / name).mkdir(parents=True)
        (tmp_path / "recipe" / name / "README.md").write_text(
            f"# Recipe\n\n**Question.** Which rate?\n\n**Answer.** {answer}.\n"
        )
    write_report(study, tmp_path)
    text = (tmp_path / "README.md").read_text()
    first = r"\| Which rate\? +\| \[recipe/a\]\(recipe/a/README\.md\) +\| 3e-3\. +\|"
    assert re.search(first, text)
    assert re.search(r"\| +\| \[recipe/b\]\(recipe/b/README\.md\) +\| 1e-3\. +\|", text)
    assert "[ablation/sample-x3-quick](ablation/sample-x3-quick/README.md)" in text
    assert findings(study).answer[1:] in text


def test_the_index_answers_as_people_s_reading_begins(study: results.Study, tmp_path: Path) -> None:
    folder = tmp_path / study.folder
    folder.mkdir(parents=True)
    sentence = "**It holds, as [there](../sample-x2-quick/README.md)\nand [said](https://a.b/c).**"
    (folder / "reading.md").write_text(f"{sentence} Two seeds **differ**.\n")
    write_report(study, tmp_path)
    said = "It holds, as [there](ablation/sample-x2-quick/README.md) and [said](https://a.b/c)."
    assert f"| {said} |" in (tmp_path / "README.md").read_text()
    (folder / "reading.md").write_text("Two seeds **differ**.\n")
    assert findings(study).answer[1:] in index(tmp_path)


def test_findings_are_drawn_anew_from_what_they_keep(tmp_path: Path) -> None:
    made = MadeUp(scales=(2, 3), seeds=(0, 1), samples=True, data="t91", sets={"Set5": 5})
    made.diverged = {made.run_id("eed", 3, 1): 400}
    made.absent = [made.run_id("dcnn", 2, 1)]
    study = study_of(made, tmp_path / "runs")
    folder = write_report(study, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(study.root)
    (folder / "index.html").unlink()
    assert write_pages(tmp_path / "out") == [folder / "index.html"]
    assert (folder / "index.html").read_bytes() == before["index.html"]
    for name in before.keys() - {"study.json", "runs.csv", "scores.csv", "curves.csv"}:
        if not name.startswith("samples"):
            (folder / name).unlink()
    assert write_report(results.read_kept(folder), tmp_path / "out") == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_study_of_another_precision_never_takes_the_folder_of_one_that_is_there(
    tmp_path: Path,
) -> None:
    runs, out = tmp_path / "runs", tmp_path / "out"
    half, full = (
        replace(study_of(MadeUp(steps=200), runs), precision=precision)
        for precision in ("bf16-mixed", "32-true")
    )
    assert write_report(half, out) == out / "ablation" / "sample-x3-quick"
    apart = out / "ablation" / "sample-x3-quick-32-true"
    assert write_report(full, out) == apart
    shutil.rmtree(out / "ablation" / "sample-x3-quick")
    assert write_report(full, out) == apart  # and goes there again
    assert write_report(half, out) == out / "ablation" / "sample-x3-quick"
    (out / "ablation" / "sample-x3-quick" / "study.json").write_text("{")
    with pytest.raises(UserError, match=r"study\.json is damaged"):
        write_report(full, out)


@pytest.mark.parametrize("lost", ["study.json", "runs.csv", "curves.csv"])
def test_findings_that_lack_a_file_are_refused_in_one_line(
    study: results.Study, tmp_path: Path, lost: str
) -> None:
    folder = write_report(study, tmp_path)
    (folder / lost).unlink()
    with pytest.raises(UserError, match="is no folder of findings"):
        results.read_kept(folder)
