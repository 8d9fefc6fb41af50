"""Numbers of a table, and how they are shown."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.deaths import ablation_with_deaths
from helpers.literature import published
from helpers.made_up import EXACT, LEVELS, MadeUp, study_of
from shoal import results
from shoal.report.findings import findings
from shoal.report.folder import write_report
from shoal.report.tables.cells import pace, shown
from shoal.report.tables.latex import latex
from shoal.report.tables.table import table


def test_the_table_keeps_the_grid_s_order_and_every_arm(tmp_path: Path) -> None:
    made = MadeUp()
    made.absent = [made.run_id("dcnn", 3, seed) for seed in made.seeds]
    numbers = table(study_of(made, tmp_path), published())
    assert list(numbers.index) == [(arm, 3) for arm in LEVELS]
    assert numbers.loc[("dcnn", 3), "state"] == "not run"
    assert np.isnan(numbers.loc[("dcnn", 3), "Sample psnr"])


def test_a_cell_is_mean_and_deviation_over_seeds(tmp_path: Path) -> None:
    study = study_of(MadeUp(seed_sd=0.5), tmp_path)
    numbers = table(study, published())
    rows = results.per_run(study).query("arm == 'eeds'")["psnr"]
    cells = shown(study, numbers, published()).set_index("arm")
    assert cells.loc["eeds", "Sample PSNR (dB)"] == f"{rows.mean():.2f} ± {rows.std():.2f}"
    assert cells.loc["eeds", "runs"] == "3"
    assert "±" not in cells.loc["bicubic", "Sample PSNR (dB)"]


def test_what_did_not_finish_is_shown_with_its_step(tmp_path: Path) -> None:
    made = MadeUp(seeds=(0, 1))
    made.diverged = {made.run_id("eed", 3, 0): 400, made.run_id("ees", 3, 1): 300}
    made.running = {made.run_id("eed", 3, 1): 700}
    study = study_of(made, tmp_path)
    cells = shown(study, table(study, published()), published()).set_index("arm")
    said = "survived 0 of 1; diverged at step 400; interrupted at step 700"
    assert cells.loc["eed", "runs"] == said
    assert cells.loc["eed", "Sample PSNR (dB)"] == "–"
    assert cells.loc["ees", "runs"] == "survived 1 of 2; diverged at step 300"


def test_what_reaching_a_psnr_took_is_told_or_not_reached(tmp_path: Path) -> None:
    levels = {**LEVELS, "ees": 30.2}
    study = study_of(MadeUp(**EXACT, levels=levels), tmp_path)
    cells = pace(study, table(study, published())).set_index("arm")
    assert "bicubic" not in cells.index
    assert cells.loc["ees", "steps to bicubic + 0.5 dB"] == "not reached"
    # 16 dB shrink by e every 250 steps: 1.5 dB are left after 250 ln(16 / 1.5) = 592 steps.
    assert float(cells.loc["eeds", "steps to bicubic + 0.5 dB"]) == pytest.approx(592, abs=8)


def test_seeds_that_did_not_reach_a_psnr_are_counted(tmp_path: Path) -> None:
    study = study_of(MadeUp(**EXACT), tmp_path)
    one = study.finished.query("arm == 'eed' and seed == 0")["id"].item()
    low = study.curves.assign(
        **{"val/psnr": study.curves["val/psnr"].where(study.curves["id"] != one, 30.2)}
    )
    study = replace(study, curves=low)
    cells = pace(study, table(study, published())).set_index("arm")
    assert cells.loc["eed", "steps to bicubic + 0.5 dB"].endswith(" (2 of 3)")


def test_what_collapsed_is_counted_and_both_means_are_shown(tmp_path: Path) -> None:
    """DCNN dies in one seed of three, and its mean with it says nothing."""
    study = ablation_with_deaths(tmp_path)
    numbers = table(study, published())
    cells = shown(study, numbers, published()).set_index("arm")
    assert cells.loc["dcnn", "runs"] == "survived 2 of 3"
    alive = study.scores.query("arm == 'dcnn' and seed > 0")["psnr"].mean()
    assert cells.loc["dcnn", "Set5 PSNR (dB)"] == f"{alive:.2f} ± 0.00"
    whole, sd = (2 * alive + 12.5) / 3, (alive - 12.5) / 3**0.5
    assert cells.loc["dcnn", "Set5 PSNR over all (dB)"] == f"{whole:.2f} ± {sd:.2f}"
    assert (cells.loc["eeds", "runs"], cells.loc["bicubic", "runs"]) == ("survived 3 of 3", "1")
    assert "dcnn & 2 of 3 & " in latex(findings(study))


def test_scales_are_rows_of_their_own(tmp_path: Path) -> None:
    study = study_of(MadeUp(scales=(2, 3)), tmp_path)
    cells = shown(study, table(study, published()), published())
    assert cells[["arm", "scale"]].to_numpy().tolist()[:4] == [
        ["bicubic", "x2"], ["bicubic", "x3"], ["ees", "x2"], ["ees", "x3"],
    ]  # fmt: skip


def test_zeros_at_the_end_of_a_score_are_kept(tmp_path: Path) -> None:
    made = MadeUp(
        **EXACT, seeds=(0,), sets={"Sample": 1}, arms={"bicubic": "bicubic", "eed": "eed"}
    )
    study = study_of(made, tmp_path / "runs")
    study = replace(study, scores=study.scores.assign(psnr=32.1))
    text = (write_report(study, tmp_path / "out") / "README.md").read_text()
    assert "| 32.10 " in text


def test_tex_escapes_and_has_every_arm(study: results.Study, tmp_path: Path) -> None:
    text = (write_report(study, tmp_path) / "table.tex").read_text()
    assert r"\toprule" in text
    assert all(arm in text for arm in study.arms)
