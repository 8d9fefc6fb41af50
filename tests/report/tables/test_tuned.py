"""A study with each arm at its own value, beside the one at the common value."""

import html
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.made_up import EXACT, REAL, MadeUp, study_of
from shoal import results
from shoal.report.findings import findings
from shoal.report.folder import write_pages, write_report
from shoal.results.tuning import trials

SMALL: Any = {**REAL, **EXACT, "steps": 3000, "every": 1500, "sets": {"Set5": 5}}
ARMS: Any = {"arms": {name: name for name in ("bicubic", "ees", "eed")}}
CLAIMS: Any = {
    "claims": {
        "T": {
            "says": "EED is better",
            "tests": [{"measure": "psnr", "greater": ["eed"], "lesser": ["ees"]}],
        }
    }
}
TRIED = [
    {"arm": "ees", "value": 0.001, "psnr": 31.5, "survived": 2, "ended": 2},
    {"arm": "ees", "value": 0.003, "psnr": 31.9, "survived": 1, "ended": 2},
    {"arm": "eed", "value": 0.001, "psnr": 31.0, "survived": 2, "ended": 2},
    {"arm": "eed", "value": 0.003, "psnr": 31.5, "survived": 2, "ended": 2},
]
TUNED = {
    "key": "task.optimizer.lr",
    "values": [0.001, 0.003],
    "seeds": [0, 1],
    "data": "t91_judge",
    "trials": TRIED,
    "chosen": {"ees": 0.001, "eed": 0.003},
    "common": {"ees": 0.003, "eed": 0.003},
    "beside": "0a1b2c3d",
}


@pytest.fixture
def both(tmp_path: Path) -> tuple[results.Study, results.Study]:
    """EED is ahead by half a decibel at the common rate, and by nothing at each arm's own."""
    runs = tmp_path / "runs"
    levels = {"bicubic": 30.0, "ees": 31.0, "eed": 31.5}
    MadeUp(**SMALL, **ARMS, **CLAIMS, levels=levels).write(runs)
    folder = {"folder": "ablation/t91-x3-standard-tuned", "digest": "11223344"}
    own = MadeUp(**SMALL | folder, **ARMS, **CLAIMS, levels=levels | {"ees": 31.5}, seeds=(5, 6, 7))
    path = own.write(runs)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"tuned": TUNED}))
    return results.load(runs, "ablation", "0a1b"), results.load(runs, "ablation", "1122")


def test_both_sets_of_scores_and_verdicts_stand_beside_each_other(
    both: tuple[results.Study, results.Study],
) -> None:
    found = findings(both[1])
    tried, scores, verdicts = (part.rows for part in found.compared)
    assert found.title.endswith(", each arm at its own lr")
    assert tried.set_index("arm").loc["ees"].to_dict() == {
        "lr=0.001 (dB)": "31.500",
        "lr=0.003 (dB)": "31.900 (survived 1 of 2)",
        "chosen": "0.001",
    }
    line = scores.set_index("arm").loc["ees"]
    assert (line["common lr"], line["own lr"]) == ("0.003", "0.001")
    gain = float(line["Set5 PSNR (dB), own"][:5]) - float(line["Set5 PSNR (dB), common"][:5])
    assert gain == pytest.approx(0.5, abs=0.02)
    (claim,) = verdicts.to_dict("records")
    assert claim["at the common"].startswith("supported: +0.500 dB")
    assert claim["at each arm's own"].startswith("equal (within ±0.05 dB): +0.000 dB")
    assert len(findings(both[0]).compared) == 0


@pytest.mark.parametrize(("margin", "said"), [(None, False), (0, False), (0.1, True)])
def test_the_lead_that_a_value_needed_is_told_where_one_was_asked_for(
    both: tuple[results.Study, results.Study], margin: float | None, said: bool
) -> None:
    record = both[1].tuned | ({} if margin is None else {"margin": margin})
    tried = findings(replace(both[1], tuned=record)).compared[0]
    assert ("stays unless another leads it by more than 0.1 dB" in tried.words) == said


def test_findings_show_the_same_when_the_runs_are_gone(
    both: tuple[results.Study, results.Study], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    common, own = (write_report(study, out) for study in both)
    assert "## Verdicts at both" in (own / "README.md").read_text()
    shutil.rmtree(tmp_path / "runs")
    kept = findings(results.read_kept(own))
    assert [part.heading for part in kept.compared] == [
        part.heading for part in findings(both[1]).compared
    ]
    shutil.rmtree(common)
    assert [part.heading for part in findings(results.read_kept(own)).compared] == [
        "What was tried"
    ]


def test_the_page_has_every_part_of_the_readme(
    both: tuple[results.Study, results.Study], tmp_path: Path
) -> None:
    """As the report writes it, and as `shoal pages` builds it from what is kept."""
    out = tmp_path / "out"
    _, own = (write_report(study, out) for study in both)
    parts = re.findall(r"^## (.+)$", (own / "README.md").read_text(), re.MULTILINE)
    assert {"One lr for all, and each arm's own", "Verdicts at both"} <= set(parts)
    first = (own / "index.html").read_text()
    write_pages(out)
    for text in (first, (own / "index.html").read_text()):
        shown = [html.unescape(part) for part in re.findall(r"<h2>(.+)</h2>", text)]
        assert set(shown) == {*parts, "Scores", "Convergence"}
        for part in findings(both[1]).compared:
            for cell in part.rows.to_numpy().ravel():
                assert f"<td>{html.escape(str(cell))}</td>".replace("&#x27;", "&#39;") in text


def test_a_trial_s_score_is_that_of_its_survivors_or_of_all_where_none_lives(
    tmp_path: Path,
) -> None:
    made = MadeUp(**SMALL, **ARMS, levels={"bicubic": 30.0, "ees": 31.0, "eed": 28.0}, seeds=(0, 1))
    made.diverged = {made.run_id("ees", 3, 1): 1500}
    rows = trials(study_of(made, tmp_path), {"ees": ("a", 1), "eed": ("a", 2)})
    assert [row.pop("psnr") for row in rows] == pytest.approx([31.0, 28.0], abs=0.05)
    assert rows == [
        {"arm": "a", "value": 1, "survived": 1, "ended": 2},
        {"arm": "a", "value": 2, "survived": 0, "ended": 2},
    ]
