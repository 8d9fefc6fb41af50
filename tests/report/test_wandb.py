"""A report on W&B."""

import json
from pathlib import Path

import pytest

from helpers.made_up import MadeUp
from helpers.offline_wandb import nobodys_wandb, offline_parts, sent
from shoal.report import wandb as wandb_report
from shoal.report.findings import Findings, findings
from shoal.results import read

__all__ = ["nobodys_wandb"]  # a fixture that is used by itself

ENTRY = {
    "_target_": wandb_report.TARGET,
    "project": "shoal",
    "answer_within": 2.0,
    "finish_within": 120.0,
}


def found(runs: Path, **changes: object) -> Findings:
    return findings(read(MadeUp(steps=200, **changes).write(runs)))


def test_a_report_is_one_run_with_table_verdicts_curves_and_figures(tmp_path: Path) -> None:
    figures = tmp_path / "ablation"
    figures.mkdir()
    folder = tmp_path / "ablation-0a1b2c3d"
    report = found(tmp_path / "runs")
    wandb_report.send(report, figures, folder, ENTRY)

    (part,) = offline_parts(folder)
    records = sent(part)
    begun = next(r.run for r in records if r.HasField("run"))
    assert (begun.job_type, begun.run_group, begun.display_name) == (
        "report",
        "ablation",
        folder.name,
    )
    assert list(begun.tags) == ["sample", "x3", "quick"]
    assert [r.exit.exit_code for r in records if r.HasField("exit")] == [0]
    tables = {
        path.name.rsplit("_", 2)[0]: json.loads(path.read_text())
        for path in (part / "files" / "media" / "table").glob("*.json")
    }
    assert [row[0] for row in tables["table"]["data"]] == list(report.study.arms)
    ids = [row[0][-4:] for row in tables["verdicts"]["data"]]
    assert ids == ["(C1)", "(C2)", "(C3)", "(C4)", "(C5)", "(C6)"]
    assert len(tables["curves"]["data"]) == len(report.study.curves)


def test_the_same_rows_are_sent_once_and_new_rows_again(tmp_path: Path) -> None:
    folder = tmp_path / "ablation-0a1b2c3d"
    for _ in range(2):
        wandb_report.send(found(tmp_path / "runs"), tmp_path, folder, ENTRY)
        assert len(offline_parts(folder)) == 1
    wandb_report.send(found(tmp_path / "runs", noise_sd=0.02), tmp_path, folder, ENTRY)
    assert len(offline_parts(folder)) == 2


def test_a_failure_of_wandb_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(wandb_report, "open_session", fail)
    wandb_report.send(found(tmp_path / "runs"), tmp_path, tmp_path / "a-0a1b2c3d", ENTRY)
    assert caplog.messages == [f"W&B: OSError: no room; the report is in {tmp_path}"]
    assert not (tmp_path / "a-0a1b2c3d" / wandb_report.SENT).exists()


def test_only_a_logger_that_means_wandb_sends_a_report() -> None:
    assert wandb_report.settings({"csv": {"_target_": "shoal.dashboards.base.csv_logger"}}) is None
    assert wandb_report.settings({}) is None
    assert wandb_report.settings({"wandb": ENTRY}) == ENTRY
