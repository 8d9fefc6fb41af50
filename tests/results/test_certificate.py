"""`explain`: every fact behind a number."""

import json
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
    with pytest.raises(UserError, match=r"python train\.py model=eeds scale=4"):
        results.explain("eeds", "Sample", 4, tmp_path, [tmp_path])
    with pytest.raises(UserError, match="scored on Set5"):
        results.explain("eeds", "Set5", 3, tmp_path, [tmp_path])
