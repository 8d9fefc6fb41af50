"""Which runs count as collapsed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.composing import ROOT
from helpers.deaths import ablation_with_deaths
from helpers.made_up import EXACT, REAL, MadeUp, study_of
from shoal import results
from shoal.results import Thresholds, collapsed, living, notes, survival


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> results.Study:
    """Three seeds of each network, all alive; one run of EED diverged."""
    made = MadeUp(**REAL, **EXACT, steps=3000, every=500)
    made.diverged = {made.run_id("eed", 3, 1): 1000}
    return study_of(made, tmp_path_factory.mktemp("runs"))


def changed(study: results.Study, arm: str, seed: int, last: dict[int, dict[str, float]]) -> Any:
    """The study with other values in the curve of one run, by step; also its id."""
    curves = study.curves.copy()
    mine = (curves["arm"] == arm) & (curves["seed"] == seed)
    for step, values in last.items():
        curves.loc[mine & (curves["step"] == step), list(values)] = list(values.values())
    return replace(study, curves=curves), curves.loc[mine, "id"].iloc[0]


def test_only_what_diverged_has_collapsed_where_all_else_is_well(plain: results.Study) -> None:
    assert list(collapsed(plain)) == ["diverged at step 1000"]
    counts = survival(plain)
    assert counts.loc[("eed", 3)].to_dict() == {"survived": 2, "ended": 3}
    assert counts.loc[("eeds", 3)].to_dict() == {"survived": 3, "ended": 3}
    assert "bicubic" not in counts.index  # what trains nothing can't collapse
    assert "bicubic" in set(living(plain)["arm"])


def test_a_run_that_ends_below_bicubic_has_collapsed_by_the_study_s_threshold(
    plain: results.Study,
) -> None:
    low, name = changed(plain, "dcnn", 2, {3000: {"val/psnr": 29.6}})
    assert collapsed(low)[name] == "0.40 dB below bicubic at the end"
    patient = replace(low, collapse={"below_bicubic": 0.5})
    assert name not in collapsed(patient)
    # what it passes on the way decides nothing
    back, name = changed(plain, "dcnn", 2, {2500: {"val/psnr": 12.0}})
    assert name not in collapsed(back)


def test_where_no_run_survives_the_remedy_is_said(tmp_path: Path) -> None:
    made = MadeUp(arms={"bicubic": "bicubic", "ees": "ees"}, **EXACT)
    made.levels = {"bicubic": 30.0, "ees": 29.0}
    said = notes(study_of(made, tmp_path))
    assert any(note.startswith("no run survived: train longer, or let coll") for note in said)


def test_a_branch_silent_to_the_end_is_dead_and_one_that_comes_back_is_not(
    plain: results.Study,
) -> None:
    silent = {"deep/low": 1e-17, "deep/high": 1e-30}
    dead, name = changed(plain, "eeds", 0, dict.fromkeys((2000, 2500, 3000), silent))
    assert collapsed(dead)[name] == "deep branch dead since step 2000"
    back, name = changed(plain, "eeds", 0, dict.fromkeys((1500, 2000, 2500), silent))
    assert name not in collapsed(back)
    once, name = changed(plain, "eeds", 0, {3000: silent})
    assert name not in collapsed(once)  # one validation is no rest of training
    loud = replace(dead, collapse={"dead_energy": 1e-20})
    assert name not in collapsed(loud)


def test_one_dcnn_and_two_deep_halves_of_dscnn_are_lost(tmp_path: Path) -> None:
    study = ablation_with_deaths(tmp_path)
    lost = study.runs[study.runs["id"].isin(collapsed(study).index)]
    assert lost[["arm", "seed"]].to_numpy().tolist() == [["dcnn", 0], ["dscnn", 1], ["dscnn", 2]]
    assert list(collapsed(study)) == [
        "17.50 dB below bicubic at the end",
        "deep branch dead since step 2500",
        "deep branch dead since step 1500",
    ]
    assert "dscnn x3 s1 (deep branch dead since step 2500)" in " ".join(notes(study))


def test_without_bicubic_no_level_is_too_low(tmp_path: Path) -> None:
    made = MadeUp(**REAL, levels={"eed": 20.0}, arms={"eed": "eed"}, claims={})
    assert collapsed(study_of(made, tmp_path)).empty


def test_plans_without_thresholds_are_read_by_those_of_the_config() -> None:
    written = (ROOT / "conf" / "config.yaml").read_text()
    part = pd.Series(Thresholds().__dict__)
    for key, value in part.items():
        assert f"  {key}: {value}" in written.replace("1.0e-6", "1e-06")
