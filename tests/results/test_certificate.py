"""`explain`: every fact behind a number."""

import json
from functools import partial
from pathlib import Path

import pytest

from helpers.made_up import EXACT, MadeUp, study_of
from shoal import results
from shoal.errors import UserError


def test_explain_gives_every_fact_behind_a_number(tmp_path: Path) -> None:
    made = MadeUp(**EXACT)
    study = study_of(made, tmp_path)
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    mean = results.per_run(study).query("arm == 'eeds'")["psnr"].mean()
    assert f"eeds on Sample x3: {mean:.2f} ± 0.00 dB" in text
    assert "experiment ablation/sample-x3-quick, arm eeds" in text
    for seed in made.seeds:
        name = made.run_id("eeds", 3, seed)
        record = json.loads((tmp_path / name / "record.json").read_text())
        assert name in text
        assert record["weights_sha256"] in text
        assert f"redo: {record['command']}" in text
    for fact in ("commit: 1e10555", "digest of train: " + "aa" * 32, "protocol classic"):
        assert fact in text


def test_explain_says_which_run_has_which_commit(tmp_path: Path) -> None:
    name = MadeUp().run_id("eeds", 3, 2)
    MadeUp(record={name: {"commit": "e" * 40}}).write(tmp_path)
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    assert f"commit: {'e' * 40} ({name})" in text


def test_explain_groups_runs_of_no_experiment_by_their_command(tmp_path: Path) -> None:
    made = MadeUp()
    made.write(tmp_path)
    (tmp_path / ".experiments" / "ablation-0a1b2c3d.json").unlink()
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    assert text.count("eeds on Sample x3:") == 1
    assert "no experiment: python train.py model=eeds scale=3, arm eeds" in text


def test_explain_of_nothing_names_the_command(tmp_path: Path) -> None:
    MadeUp().write(tmp_path)
    with pytest.raises(UserError, match=r"shoal train model=eeds scale=4"):
        results.explain("eeds", "Sample", 4, tmp_path, [tmp_path])
    with pytest.raises(UserError, match="scored on Set5"):
        results.explain("eeds", "Set5", 3, tmp_path, [tmp_path])


def test_explain_shows_the_newest_alone_real_runs_before_trials(tmp_path: Path) -> None:
    """`--all` shows every cell, `--experiment` those of one; a set's name is taken in any case."""
    for digest, budget, folder in (
        ("0a1b2c3d", "quick", "ablation/sample-x3-quick"),
        ("1a1b2c3d", "smoke", "ablation/sample-x3-smoke"),
        ("2a1b2c3d", "standard", "shallow/sample-x3-standard"),
    ):
        made = MadeUp(budget=budget, folder=folder, digest=digest)
        day = {"0": "01", "1": "03", "2": "02"}[digest[0]]
        made.record = {
            row["id"]: {"budget": budget, "finished_at": f"2026-01-{day}T00:00:00+00:00"}
            for row in made.planned()
        }
        made.write(tmp_path)
    tell = partial(results.explain, "eeds", "sample", 3, tmp_path, [tmp_path / "none"])
    newest = tell()
    assert newest.count("eeds on Sample x3") == 1
    assert "experiment shallow/sample-x3-standard" in newest
    assert newest.endswith("2 more: --all shows them, --experiment NAME those of one experiment")
    heads = [line for line in tell(every=True).splitlines() if line.startswith("  experiment")]
    assert [head.split(",")[0].split("-")[-1] for head in heads] == ["standard", "quick", "smoke"]
    assert "experiment ablation/sample-x3-quick" in tell("ablation")
    with pytest.raises(UserError, match="no finished run of eeds in depth was scored"):
        tell("depth")
