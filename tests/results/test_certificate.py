"""`explain`: every fact behind a number."""

import json
from functools import partial
from pathlib import Path

import pytest

from helpers.composing import ROOT
from helpers.made_up import EXACT, LEVELS, MadeUp, study_of
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


def test_explain_says_which_weights_a_run_started_from(tmp_path: Path) -> None:
    name = MadeUp().run_id("eeds", 3, 2)
    MadeUp(record={name: {"start_sha256": "1e10" * 16}}).write(tmp_path)
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    assert text.count(f"started from weights sha256 {'1e10' * 16}") == 1


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


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_explain_names_the_findings_that_are_damaged(tmp_path: Path, text: str) -> None:
    kept = tmp_path / "ablation" / "t91-x3-quick"
    kept.mkdir(parents=True)
    for name in ("runs.csv", "scores.csv"):
        (kept / name).write_text(text)
    with pytest.raises(UserError, match=r"t91-x3-quick is no folder of findings .* is damaged"):
        results.explain("eeds", "Set5", 3, tmp_path / "runs", [tmp_path])


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


def test_an_arm_s_label_comes_before_a_model_s_name(tmp_path: Path) -> None:
    """An older arm called eeds, and a newer one of another name that is built as eeds is."""
    for name, arm, day in (("ablation", "eeds", 1), ("initialisation", "eeds-interpolating", 2)):
        made = MadeUp(arms={arm: "eeds"}, levels={arm: 31.0}, experiment=name, budget=name)
        made.folder = f"{name}/sample-x3-quick"
        made.record = {
            row["id"]: {"finished_at": f"2026-01-0{day}T00:00:00+00:00"} for row in made.planned()
        }
        made.write(tmp_path)
    text = results.explain("eeds", "Sample", 3, tmp_path, [])
    assert "experiment ablation/sample-x3-quick, arm eeds, model eeds" in text
    assert "more: --all" not in text


def test_an_experiment_is_asked_for_by_its_name_or_by_its_folder(tmp_path: Path) -> None:
    for name in ("ablation", "ablation_tuning"):
        for end in ("quick", "quick-tuned"):
            digest = f"{len(name):04d}{len(end):04d}"
            made = MadeUp(experiment=name, digest=digest, folder=f"{name}/t91-x3-{end}")
            made.write(tmp_path)
    tell = partial(results.explain, "eeds", "Sample", 3, tmp_path, [], every=True)
    counts = [tell(name).count("  experiment ") for name in (None, "ablation")]
    assert counts == [4, 2]
    assert tell("ablation/t91-x3-quick").count("  experiment ") == 1


def test_why_a_run_collapsed_is_told(tmp_path: Path) -> None:
    made = MadeUp(**EXACT, levels=LEVELS | {"eed": 29.0})
    made.write(tmp_path)
    text = results.explain("eed", "Sample", 3, tmp_path, [])
    assert text.count("dB below bicubic at the end") == len(made.seeds)
    assert "then over all 3 seeds that finished" in text  # none survived


def test_the_mean_is_that_of_the_table_over_the_runs_that_survived() -> None:
    folder = "shallow/t91_brief-x3-quick-tuned"
    text = results.explain("eed+bicubic", "Set5", 3, ROOT / "runs", [ROOT / "experiments"], folder)
    lines = text.splitlines()
    assert lines[0].startswith("eed+bicubic on Set5 x3: 32.22 ± 0.16 dB")
    assert lines[2].endswith("then over the 4 of 5 that didn't collapse (± sd)")
    assert lines[3].startswith("  over all 5 that finished: 31.85 ± 0.83 dB")
    assert text.count("collapsed: deep branch dead since step 720") == 1


@pytest.mark.parametrize("protocol", ["classic", "rgb"])
def test_a_cell_is_told_by_every_protocol_that_it_was_scored_by(
    tmp_path: Path, protocol: str
) -> None:
    made = MadeUp(protocol="classic")
    made.write(tmp_path)
    for path in tmp_path.glob("*/scores.csv"):
        head, *lines = path.read_text().splitlines()
        both = [*lines, *(line.replace("classic", "rgb") for line in lines)]
        path.write_text("\n".join([head, *both]) + "\n")
    text = results.explain("eeds", "Sample", 3, tmp_path, [], "ablation")
    assert f"protocol {protocol}: mean over" in text
