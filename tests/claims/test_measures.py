"""What is measured on curves and scores."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.made_up import REAL, MadeUp, study_of
from shoal import results
from shoal.claims import Claim, judge
from shoal.claims.curves import cost, share_above, unsteadiness
from shoal.claims.scores import psnr


def curves_of(study: results.Study, psnr_of: dict[str, list[float]]) -> results.Study:
    """The study with these validation curves, the same for all seeds, 100 steps apart."""
    rows = []
    for run in study.finished.to_dict("records"):
        for i, value in enumerate(psnr_of.get(run["arm"], [30.0])):
            facts = {"step": 100 * i, "seconds": 2.0 * i, "macs": 1e9 * i, "val/psnr": value}
            keys = ("arm", "scale", "seed", "id")
            rows.append(
                {key: run[key] for key in keys} | facts | {"train/loss": 10 ** (-value / 10)}
            )
    return replace(study, curves=pd.DataFrame(rows).astype({"seed": "Int64"}))


@pytest.fixture
def plain(tmp_path: Path) -> results.Study:
    return study_of(MadeUp(**REAL), tmp_path)


def test_cost_is_the_ratio_of_what_was_spent(plain: results.Study) -> None:
    curves = {"ees": [20.0, 30.0, 31.0], "eed": [20.0, 28.0, 29.0, 30.0, 31.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=0.5)
    assert sample.differences == pytest.approx(np.log(np.full((3, 1), 350 / 150)))


def test_a_rival_that_never_gets_there_counts_with_its_whole_schedule(plain: results.Study) -> None:
    curves = {"bicubic": [20.0], "ees": [20.0, 31.0], "eed": [20.0, 28.0, 29.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=10.0)
    assert sample.differences == pytest.approx(np.log(np.full((3, 1), 200 / (1000 / 11))))


def test_a_run_that_never_gets_there_is_never_the_cheaper_one(plain: results.Study) -> None:
    # EES ends early, below the goal, long before EED meets it.
    curves = {"bicubic": [20.0], "ees": [20.0, 25.0], "eed": [20.0, 28.0, 29.0, 31.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=10.5)
    assert sample.differences == pytest.approx(np.zeros((3, 1)))


def test_an_arm_that_is_fitted_has_a_cost_in_seconds_alone(tmp_path: Path) -> None:
    study = study_of(MadeUp(**REAL, fitted=("ees",)), tmp_path)
    words = ("eed", "ees", 3)
    (seconds,) = cost(study, *words, "seconds", above_bicubic=0.5)
    assert np.isfinite(seconds.differences).all()
    for axis in ("step", "macs"):
        (sample,) = cost(study, *words, axis, above_bicubic=0.5)
        assert sample.differences.shape == (0, 1)


def test_seconds_are_compared_of_pairs_from_one_machine_only(plain: results.Study) -> None:
    curves = {"ees": [20.0, 30.0, 31.0], "eed": [20.0, 28.0, 29.0, 30.0, 31.0]}
    runs = plain.runs.copy()
    runs.loc[(runs["arm"] == "eed") & (runs["seed"] == 1), "processor"] = "another"
    study = replace(curves_of(plain, curves), runs=runs)
    (seconds,) = cost(study, "eed", "ees", 3, "seconds", above_bicubic=0.5)
    assert list(seconds.seeds) == [0, 2]
    (steps,) = cost(study, "eed", "ees", 3, "step", above_bicubic=0.5)
    assert list(steps.seeds) == [0, 1, 2]


def test_pairs_that_both_miss_the_goal_say_nothing(plain: results.Study) -> None:
    curves = {"bicubic": [20.0], "ees": [20.0, 25.0], "eed": [20.0, 28.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=10.5)
    assert sample.differences.shape == (0, 1)
    claim = Claim("X", "", ({"measure": "cost", "greater": ["eed"],
        "lesser": ["ees"], "axis": "step", "above_bicubic": 10.5},))  # fmt: skip
    (verdict,) = judge(curves_of(plain, curves), [claim])
    assert (verdict.word, verdict.why) == ("undecided", "nothing to compare where both live")


def test_a_jagged_curve_is_less_steady_than_a_smooth_one(plain: results.Study) -> None:
    jagged = list(30.0 + np.random.default_rng(0).normal(0, 0.4, 41))
    smooth = [30.0 + 0.01 * i for i in range(41)]
    study = curves_of(plain, {"bicubic": [20.0], "eed": jagged, "eeds": smooth})
    for of in ("val/psnr", "train/loss"):
        (sample,) = unsteadiness(study, "eed", "eeds", 3, of)
        assert sample.differences.shape == (3, 1)
        assert (sample.differences > 0.15).all()


def test_share_above_is_high_over_all(tmp_path: Path) -> None:
    study = study_of(MadeUp(**REAL), tmp_path)
    (sample,) = share_above(study, "eeds:deep", "eeds:shallow", 3)
    assert sample.differences == pytest.approx(2 / 3 - 0.0005 / 0.0501, abs=1e-2)


def test_pictures_that_one_arm_lacks_are_left_out(plain: results.Study) -> None:
    lacking = plain.scores[~((plain.scores["arm"] == "eed") & (plain.scores["image"] == "001"))]
    (sample,) = psnr(replace(plain, scores=lacking), "eeds", "eed", 3)
    assert sample.differences.shape == (3, 3)
