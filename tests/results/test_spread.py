"""Means and spreads over pictures and seeds, and what reaching a PSNR took."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.made_up import MadeUp, study_of
from shoal import results


def curve(psnr: list[float], name: str = "a") -> pd.DataFrame:
    steps = np.arange(len(psnr)) * 100
    return pd.DataFrame(
        {"id": name, "step": steps, "seconds": steps / 50, "macs": steps * 1e6, "val/psnr": psnr}
    )


def test_scores_average_pictures_within_a_run_and_runs_within_an_arm(tmp_path: Path) -> None:
    made = MadeUp(levels={**MadeUp().levels, "eeds": 32.0}, seed_sd=0.5)
    study = study_of(made, tmp_path)
    rows = results.per_run(study)
    table = results.over_seeds(rows, ["arm", "scale", "dataset"], ["psnr", "ssim"])
    cell = table.loc[("eeds", 3, "Sample")]
    by_hand = []
    for seed in made.seeds:
        text = (tmp_path / made.run_id("eeds", 3, seed) / "scores.csv").read_text()
        by_hand.append(np.mean([float(line.split(",")[3]) for line in text.splitlines()[1:]]))
    assert cell["n"] == 3
    assert cell["psnr"] == pytest.approx(np.mean(by_hand))
    assert cell["psnr sd"] == pytest.approx(np.std(by_hand, ddof=1))


def test_one_seed_has_a_mean_and_no_spread(tmp_path: Path) -> None:
    rows = results.per_run(study_of(MadeUp(seeds=(0,)), tmp_path))
    cell = results.over_seeds(rows, ["arm"], ["psnr"]).loc["eed"]
    assert cell["n"] == 1
    assert np.isnan(cell["psnr sd"])


def test_best_and_final_are_read_off_the_curve(tmp_path: Path) -> None:
    study = study_of(MadeUp(noise_sd=0.2), tmp_path)
    ends = results.ends(study)
    for run in study.finished.to_dict("records"):
        assert ends.loc[run["id"], "best"] == pytest.approx(run["val/best_psnr"])
        assert ends.loc[run["id"], "best_step"] == run["val/best_step"]
        assert ends.loc[run["id"], "final"] == pytest.approx(run["val/final_psnr"])


@pytest.mark.parametrize(("axis", "at"), [("step", 150), ("seconds", 3.0), ("macs", 1.5e8)])
def test_reaching_a_psnr_is_priced_between_two_validations(axis: str, at: float) -> None:
    spent = results.reach(curve([20.0, 30.0, 32.0, 30.5, 33.0]), 31.0, axis)
    assert spent.to_dict() == {"a": pytest.approx(at)}


def test_a_psnr_that_is_never_reached_has_no_price() -> None:
    spent = results.reach(curve([20.0, 30.0, 32.0]), 32.1, "step")
    assert list(spent.index) == ["a"]
    assert spent.isna().all()


def test_a_psnr_that_is_there_from_the_start_costs_nothing() -> None:
    assert results.reach(curve([20.0, 30.0]), 10.0, "step")["a"] == 0


def test_each_run_may_have_a_goal_of_its_own() -> None:
    rows = pd.concat([curve([20.0, 30.0], "a"), curve([20.0, 30.0], "b")])
    spent = results.reach(rows, pd.Series({"a": 25.0, "b": 30.0}), "step")
    assert spent.to_dict() == {"a": 50, "b": 100}
