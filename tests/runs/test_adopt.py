"""`shoal runs adopt`: committed findings as runs again, so that a grid goes on from them."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from PIL import Image
from typer.testing import CliRunner

from helpers.made_up import MadeUp
from shoal import results
from shoal.cli import app
from shoal.report.folder import write_report
from shoal.results.kept import read_kept
from shoal.runs.folder import RunFolder

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
DRAWN = (
    "README.md",
    "index.html",
    "samples.png",
    "branches.svg",
    "convergence.svg",
    "frontier.svg",
)
TABLES = ("table.csv", "scores.csv", "curves.csv", "samples.csv", "study.json")


def told(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["runs", *map(str, words)])
    return result.exit_code, f"{result.output}{result.exception or ''}"


def reported(runs: Path, out: Path) -> Path:
    return write_report(results.load(runs, "ablation"), out)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Findings of two scales and two seeds; one of the runs diverged, one isn't there."""
    made = MadeUp(scales=(2, 3), seeds=(0, 1), samples=True)
    made.diverged = {made.run_id("eed", 3, 1): 400}
    made.absent = [made.run_id("dcnn", 2, 1)]
    runs = tmp_path_factory.mktemp("runs")
    made.write(runs)
    return reported(runs, tmp_path_factory.mktemp("experiments"))


@pytest.fixture
def findings(published: Path, tmp_path: Path) -> Path:
    """The same, which may be spoilt."""
    return Path(shutil.copytree(published, tmp_path / "ablation" / "sample-x3-quick"))


def test_a_study_goes_on_from_what_is_committed(published: Path, tmp_path: Path) -> None:
    made = MadeUp(scales=(2, 3), seeds=(0, 1), samples=True)
    plan, runs = made.write(tmp_path / "all"), tmp_path / "runs"
    code, said = told("adopt", published, "--runs", runs)
    ids = {row["id"] for row in made.planned()}
    lacking = {made.run_id("eed", 3, 1), made.run_id("dcnn", 2, 1)}
    assert code == 0
    assert set(said.splitlines()) == {f"{name}  adopted" for name in ids - lacking}
    for name in lacking:
        shutil.copytree(plan.parents[1] / name, runs / name)
    shutil.copytree(plan.parent, runs / ".experiments")
    before, after = reported(plan.parents[1], tmp_path / "one"), reported(runs, tmp_path / "two")
    for name in (*DRAWN, *TABLES):
        assert (after / name).read_bytes() == (before / name).read_bytes(), name
    rows = [pd.read_csv(folder / "runs.csv", dtype=str) for folder in (before, after)]
    assert_frame_equal(*rows, check_like=True)  # a fact's column has no place of its own


def test_a_run_that_is_here_stays(published: Path, tmp_path: Path) -> None:
    made, runs = MadeUp(scales=(2, 3), seeds=(0, 1)), tmp_path / "runs"
    name, begun = made.run_id("ees", 2, 0), made.run_id("ees", 2, 1)
    (runs / name).mkdir(parents=True)
    (runs / name / "record.json").write_text("{}")
    RunFolder(runs / begun).create()
    RunFolder(runs / begun).set_status("failed", reason="a full disk")
    _, said = told("adopt", published, "--runs", runs)
    assert f"{name}  kept: finished here" in said
    assert f"{begun}  left: it is failed here" in said
    assert (runs / name / "record.json").read_text() == "{}"


def test_an_adopted_run_is_whole_for_readers_and_says_that_it_has_no_weights(
    published: Path, tmp_path: Path
) -> None:
    runs, name = tmp_path / "runs", MadeUp().run_id("eeds", 3, 0)
    told("adopt", published, "--runs", runs)
    record = RunFolder(runs / name).record()
    assert (record["seed"], record["scale"], record["data_digests"]["train"]) == (0, 3, "aa" * 32)
    assert name in told("list", "--runs", runs)[1]
    code, said = told("merge", runs, "--runs", tmp_path / "other")
    assert code == 0
    assert (
        f"{name}  left: it was adopted from ablation/{published.name} there, without weights"
        in said
    )


def test_a_check_finds_nothing_wrong_with_adopted_curves_and_scores(
    published: Path, tmp_path: Path
) -> None:
    told("adopt", published, "--runs", tmp_path)
    code, said = told("verify", "--runs", tmp_path)
    assert code  # made-up pictures are none of the catalogue's
    assert "Sample has other pictures in the record" in said
    assert ".csv" not in said


@pytest.mark.parametrize(
    "path", sorted(EXPERIMENTS.glob("*/*/study.json")), ids=lambda path: str(path.parent.name)
)
def test_committed_curves_end_where_their_runs_rows_say(path: Path) -> None:
    study = read_kept(path.parent)
    last = study.curves.groupby("id")["val/psnr"].last()
    finals = study.finished.set_index("id")["val/final_psnr"]
    assert finals.to_dict() == last[finals.index].to_dict()


def rename_run(findings: Path) -> None:
    path, name = findings / "runs.csv", MadeUp().run_id("ees", 3, 0)
    path.write_text(path.read_text().replace(name, f"../{name}"))


def rename_crop(findings: Path) -> None:
    path = findings / "samples.csv"
    path.write_text(path.read_text().replace("Sample-", "../Sample-"))


def cut_crop(findings: Path) -> None:
    path = findings / "samples.png"
    path.write_bytes(path.read_bytes()[:-5000])


def shrink_sheet(findings: Path) -> None:
    path = findings / "samples.png"
    with Image.open(path) as sheet:
        part = sheet.crop((0, 0, sheet.width - 120, sheet.height))
    part.save(path)


def lose_scores(findings: Path) -> None:
    path = findings / "scores.csv"
    path.write_text(path.read_text().partition("\n")[0] + "\n")


def endless_cell(findings: Path) -> None:
    path = findings / "curves.csv"
    path.write_text(path.read_text() + "x" * 200_000 + "\n")


def endless_place(findings: Path) -> None:
    path = findings / "samples.csv"
    path.write_text(path.read_text() + "x" * 200_000 + "\n")


def no_findings(findings: Path) -> None:
    shutil.rmtree(findings)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (rename_run, "has a run named '../ees-x3-s0-"),
        (rename_crop, "has a picture named '../Sample-"),
        (cut_crop, "samples.png: broken picture"),
        (shrink_sheet, "a place lies outside the sheet"),
        (lose_scores, "doesn't tell of whole runs"),
        (endless_cell, "doesn't tell of whole runs (Error: field larger than field limit"),
        (endless_place, "samples.csv is no table (field larger than field limit"),
        (
            no_findings,
            "is no folder of findings: name one, e.g. experiments/ablation/",
        ),
    ],
)
def test_findings_that_are_damaged_or_hostile_leave_nothing(
    spoil, words: str, findings: Path, tmp_path: Path
) -> None:
    spoil(findings)
    runs = tmp_path / "runs"
    code, said = told("adopt", findings, "--runs", runs)
    assert code != 0
    assert words in said
    assert not list(runs.glob(".adopting-*"))
    assert not (tmp_path / MadeUp().run_id("ees", 3, 0)).exists()
    assert all(json.loads(p.read_text()) for p in runs.glob("*/record.json"))
