"""Arms against a baseline, and effects of factors, on made-up records with known answers."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from helpers.made_up import REAL, MadeUp, study_of
from shoal import results
from shoal.claims import Difference, against_baseline, effects
from shoal.report.findings import findings
from shoal.report.folder import write_report

# What each value adds to 30 dB; the first of each factor adds nothing.
TRUTH = {
    "model": {"eed": 0.0, "mine": 0.6},
    "task/loss": {"mse": 0.0, "l1": 0.2},
    "task.init": {"plain": 0.0, "interpolating": 0.1, "silent": -0.3},
}
ASKED: Any = {**REAL, "experiment": "cross", "folder": "cross/t91-x3-standard", "claims": {}}


def crossed(extra: dict[tuple[str, ...], float] | None = None, **changes: Any) -> MadeUp:
    """A 2 x 2 x 3 cross with two seeds; `extra` dB where a cell has all of these values."""
    cells, levels = {}, {"bicubic": 29.0}
    for values in product(*TRUTH.values()):
        label = "-".join(values)
        cells[label] = dict(zip(TRUTH, values, strict=True))
        levels[label] = 30 + sum(TRUTH[key][value] for key, value in cells[label].items())
        levels[label] += sum(dB for has, dB in (extra or {}).items() if {*has} <= {*values})
    arms = {"bicubic": "bicubic"} | dict.fromkeys(cells, "eed")
    made: Any = {"arms": arms, "levels": levels, "cells": cells, "seeds": (0, 1)}
    made |= {"steps": 4000, "every": 2000}
    return MadeUp(**ASKED | made | {"sets": {"Set5": 5, "Set14": 14}} | changes)


def by_name(found: list[Difference]) -> dict[str, Difference]:
    return {each.name: each for each in found}


def test_main_effects_of_an_additive_truth_are_found_and_interactions_hold_zero(
    tmp_path: Path,
) -> None:
    found = by_name(effects(study_of(crossed(), tmp_path)))
    mains = {name: each for name, each in found.items() if "×" not in name}
    assert len(mains) == 1 + 1 + 2
    for key, values in TRUTH.items():
        first, *others = values
        for value in others:
            each = mains[f"{key}: {value} against {first}"]
            assert each.comparison.effect == pytest.approx(values[value], abs=0.05)
            assert each.comparison.low < values[value] < each.comparison.high
            assert each.over == 12 / len(values)
            assert (each.comparison.seeds, each.comparison.images) == (2, 19)
    both = {name: each for name, each in found.items() if "×" in name}
    assert len(both) == 1 + 2 + 2
    for each in both.values():
        assert each.comparison.low < 0 < each.comparison.high
        assert abs(each.comparison.effect) < 0.08
        assert each.word == "undecided"
    assert mains["model: mine against eed"].word == "better"
    assert mains["task.init: silent against plain"].word == "worse"


def test_what_two_values_do_together_is_their_interaction(tmp_path: Path) -> None:
    made = crossed({("mine", "l1"): 0.5}, seed_sd=0.005, noise_sd=0.005)
    found = by_name(effects(study_of(made, tmp_path)))
    together = found["model × task/loss: mine with l1"]
    assert together.comparison.effect == pytest.approx(0.5, abs=0.03)
    assert together.word == "stronger together"
    # A main effect is averaged over the other factor's values, so it has half of it.
    main = found["model: mine against eed"].comparison
    assert main.effect == pytest.approx(0.6 + 0.25, abs=0.03)


def test_an_excluded_cell_mixes_no_factor_with_another(tmp_path: Path) -> None:
    whole = crossed(seed_sd=0.0, noise_sd=0.0)
    gone = "mine-l1-plain"
    arms, cells = (
        {k: v for k, v in each.items() if k != gone} for each in (whole.arms, whole.cells)
    )
    found = by_name(effects(study_of(replace(whole, arms=arms, cells=cells), tmp_path)))
    main = found["model: mine against eed"]
    assert main.over == 5
    assert main.comparison.effect == pytest.approx(0.6, abs=1e-6)
    assert found["task.init: silent against plain"].comparison.effect == pytest.approx(-0.3)


def test_a_seed_that_one_cell_lacks_is_left_out_of_what_it_enters(tmp_path: Path) -> None:
    made = crossed()
    made.diverged = {made.run_id("mine-l1-plain", 3, 1): 100}
    found = by_name(effects(study_of(made, tmp_path)))
    assert found["model: mine against eed"].comparison.seeds == 1
    assert found["model: mine against eed"].word == "indicated better"
    assert found["model: mine against eed"].why == "one seed"


@pytest.mark.slow  # judges 60 experiments
def test_without_an_effect_a_word_is_rarely_said(tmp_path: Path) -> None:
    template = study_of(crossed(sets={"Set5": 5}), tmp_path)
    rng, false = np.random.default_rng(3), 0
    for _ in range(60):
        study = replace(template, scores=by_chance(template.scores, rng))
        false += any(each.word != "undecided" for each in effects(study))
    assert false / 60 <= 0.1


def by_chance(scores: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Scores in which arms differ by seed, by picture and by chance alone."""
    runs, run = np.unique(scores["id"], return_inverse=True)
    suits = scores["arm"] + scores["image"]
    pairs, pair = np.unique(suits, return_inverse=True)
    psnr = 30 + rng.normal(0, 0.1, len(runs))[run] + rng.normal(0, 0.1, len(pairs))[pair]
    return scores.assign(psnr=psnr + rng.normal(0, 0.02, len(scores)))


def test_every_arm_stands_against_the_baseline_on_every_set(tmp_path: Path) -> None:
    made = MadeUp(**REAL, baseline="eed", sets={"Set5": 5, "Set14": 14}, claims={})
    found = against_baseline(study_of(made, tmp_path))
    assert [each.name for each in found[:4]] == ["bicubic", "bicubic", "ees", "ees"]
    rows = {(each.name, each.where): each for each in found}
    assert len(rows) == 5 * 2
    eeds = rows["eeds", "Set14"]
    assert eeds.comparison.effect == pytest.approx(0.5, abs=0.1)
    assert (eeds.comparison.seeds, eeds.comparison.images) == (3, 14)
    assert (eeds.word, rows["ees", "Set5"].word) == ("better", "worse")
    assert all(each.holm >= each.comparison.p for each in found)
    # It has no seed, and is set beside each seed of the baseline.
    assert rows["bicubic", "Set5"].comparison.effect == pytest.approx(-1.5, abs=0.1)
    assert rows["bicubic", "Set5"].comparison.seeds == 3


def test_what_trains_nothing_may_be_the_baseline(tmp_path: Path) -> None:
    made = MadeUp(**REAL, baseline="bicubic", scales=(2, 3))
    found = {(d.name, d.where): d for d in against_baseline(study_of(made, tmp_path))}
    assert found["ees", "Sample x2"].comparison.effect == pytest.approx(1.0, abs=0.1)
    assert found["ees", "Sample x2"].word == "better"


def test_sample_data_indicates_at_most(tmp_path: Path) -> None:
    found = against_baseline(study_of(MadeUp(baseline="ees"), tmp_path))
    assert {(each.word, each.why) for each in found if each.name == "eeds"} == {
        ("indicated better", "sample data")
    }


def test_a_study_that_asks_for_neither_has_neither(tmp_path: Path) -> None:
    study = study_of(MadeUp(), tmp_path)
    assert (against_baseline(study), effects(study), findings(study).compared) == ([], [], [])


def test_both_tables_are_read_again_from_the_findings(tmp_path: Path) -> None:
    study = study_of(crossed(baseline="eed-mse-plain"), tmp_path / "runs")
    folder = write_report(study, tmp_path / "out")
    again = results.read_kept(folder)
    assert (again.baseline, again.cells) == (study.baseline, study.cells)
    assert repr(effects(again)) == repr(effects(study))  # NaN is like itself
    for name in ("README.md", "index.html"):
        text = (folder / name).read_text()
        assert "Against eed-mse-plain" in text
        assert "model × task/loss: mine with l1" in text
