from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from helpers.made_up import LEVELS, MadeUp
from shoal import results
from shoal.claims import Claim, Verdict, judge, load_claims
from shoal.claims.measures import cost, psnr, share_above, unsteadiness
from shoal.claims.statistics import crossed, holm
from shoal.errors import UserError

ROOT = Path(__file__).parents[2]
CLAIMS = load_claims()
REAL = {"data": "t91", "budget": "standard", "folder": "ablation/t91-x3-standard"}


def study_of(made: MadeUp, runs: Path) -> results.Study:
    made.write(runs)
    return results.load(runs, made.experiment)


def verdicts(made: MadeUp, runs: Path) -> dict[str, Verdict]:
    return {verdict.id: verdict for verdict in judge(study_of(made, runs), CLAIMS)}


# The statistic ---------------------------------------------------------------------------------


def test_with_one_picture_the_statistic_is_the_t_test_over_seeds() -> None:
    d = np.random.default_rng(0).normal(0.2, 1, (6, 1))
    known = stats.ttest_1samp(d[:, 0], 0)
    estimate = crossed(d)
    assert float(estimate.p()) == pytest.approx(known.pvalue)
    assert np.array(estimate.interval()) == pytest.approx(np.array(known.confidence_interval()))


def test_with_one_seed_the_statistic_is_the_t_test_over_pictures() -> None:
    d = np.random.default_rng(1).normal(0.2, 1, (1, 14))
    known = stats.ttest_1samp(d[0], 0.05)
    assert float(crossed(d).p(0.05)) == pytest.approx(known.pvalue)


def test_seeds_and_pictures_add_their_variances_with_satterthwaites_freedom() -> None:
    # Seed means 1, 2, 3; picture means 1, 3: by hand, variances 1 and 2.
    d = np.array([[0.0, 2.0], [1.0, 3.0], [2.0, 4.0]])
    estimate = crossed(d)
    a, b = 1 / 3, 2 / 2
    assert float(estimate.effect) == 2
    assert float(estimate.se) == pytest.approx(np.sqrt(a + b))
    assert float(estimate.df) == pytest.approx((a + b) ** 2 / (a**2 / 2 + b**2 / 1))
    assert float(estimate.p()) == pytest.approx(
        2 * stats.t.sf(2 / np.sqrt(a + b), float(estimate.df))
    )


def test_one_seed_and_one_picture_give_no_interval() -> None:
    estimate = crossed(np.array([[0.5]]))
    assert float(estimate.effect) == 0.5
    assert np.isnan(float(estimate.p()))


@pytest.mark.parametrize(("value", "p"), [(0.0, 1.0), (0.25, 0.0)])
def test_differences_without_spread_are_certain(value: float, p: float) -> None:
    assert float(crossed(np.full((3, 4), value)).p()) == p


def simulated(
    rng: np.random.Generator, studies: int, seeds: int, images: int, seed_sd: float, image_sd: float
) -> np.ndarray:
    """Differences without any effect: a seed shifts all pictures, a picture all seeds."""
    return (
        rng.normal(0, seed_sd, (studies, seeds, 1))
        + rng.normal(0, image_sd, (studies, 1, images))
        + rng.normal(0, 0.02, (studies, seeds, images))
    )


@pytest.mark.parametrize(
    ("seeds", "images", "seed_sd", "image_sd"),
    [(3, 5, 0.1, 0.1), (3, 14, 0.1, 0.3), (5, 119, 0.1, 0.3), (3, 5, 0.3, 0.05), (3, 5, 0.05, 0.3)],
)
def test_without_an_effect_at_most_75_of_1000_studies_say_otherwise(
    seeds: int, images: int, seed_sd: float, image_sd: float
) -> None:
    rng = np.random.default_rng(seeds * 1000 + images)
    p = crossed(simulated(rng, 1000, seeds, images, seed_sd, image_sd)).p()
    assert (p < 0.05).mean() <= 0.075
    # and it isn't so shy that it never speaks
    effect = 6 * np.hypot(seed_sd / np.sqrt(seeds), image_sd / np.sqrt(images))
    shifted = simulated(rng, 1000, seeds, images, seed_sd, image_sd) + effect
    assert (crossed(shifted).p() < 0.05).mean() > 0.75


def test_holm_agrees_with_the_textbook() -> None:
    adjusted = holm([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_leaves_out_what_was_not_tested() -> None:
    adjusted = holm([0.02, np.nan, 0.03])
    assert adjusted[[0, 2]] == pytest.approx([0.04, 0.04])
    assert np.isnan(adjusted[1])


def test_holm_never_passes_one() -> None:
    assert holm([0.6, 0.7]) == pytest.approx([1, 1])


# From rows to verdicts -------------------------------------------------------------------------


def null_study(template: results.Study, rng: np.random.Generator) -> results.Study:
    """The template with scores that only differ by chance: no arm is better than another."""
    scores = template.scores
    runs, run = np.unique(scores["id"], return_inverse=True)
    _, picture = np.unique(scores["dataset"] + scores["image"], return_inverse=True)
    arms, arm = np.unique(scores["arm"], return_inverse=True)
    # Pictures suit networks differently, which is what differences of arms are about.
    suits = rng.normal(0, 0.1, (len(arms), picture.max() + 1))
    noise = rng.normal(0, 0.1, len(runs))[run] + rng.normal(0, 0.02, len(scores))
    return replace(template, scores=scores.assign(psnr=30 + suits[arm, picture] + noise))


def test_whole_experiments_without_an_effect_rarely_claim_one(tmp_path: Path) -> None:
    template = study_of(MadeUp(**REAL, sets={"Set5": 5}), tmp_path)
    claims = [claim for claim in CLAIMS if claim.id in ("C2", "C4", "C6")]
    rng = np.random.default_rng(7)
    false = 0
    for _ in range(80):
        found = judge(null_study(template, rng), claims)
        assert len(found) == 3
        false += any(verdict.word != "undecided" for verdict in found)
    assert false / 80 <= 0.075


def test_planted_effects_are_found(tmp_path: Path) -> None:
    found = verdicts(MadeUp(**REAL, sets={"Set5": 5, "Set14": 14}), tmp_path)
    assert {name: found[name].word for name in ("C1", "C2", "C4", "C5", "C6")} == dict.fromkeys(
        ("C1", "C2", "C4", "C5", "C6"), "supported"
    )
    assert found["C4"].decisive is not None
    assert found["C4"].decisive.text == "PSNR: eeds against eed"
    assert found["C4"].decisive.effect == pytest.approx(0.5, abs=0.1)
    assert found["C4"].decisive.low < 0.5 < found["C4"].decisive.high
    assert (found["C4"].decisive.seeds, found["C4"].decisive.images) == (3, 19)


def test_the_opposite_of_a_claim_contradicts_it(tmp_path: Path) -> None:
    found = verdicts(MadeUp(**REAL, levels={**LEVELS, "eeds": 31.2}), tmp_path)
    assert found["C4"].word == "contradicted"
    assert found["C4"].decisive is not None
    assert found["C4"].decisive.effect == pytest.approx(-0.3, abs=0.1)


def test_a_claim_needs_each_of_its_parts(tmp_path: Path) -> None:
    found = verdicts(MadeUp(**REAL, levels={**LEVELS, "eed": 32.0}, seed_sd=0.2), tmp_path)
    assert found["C4"].word == "undecided"  # better than EES, as good as EED


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (MadeUp(**REAL, seeds=(0,)), "one seed"),
        (MadeUp(), "sample data"),
        (MadeUp(seeds=(0,)), "one seed, sample data"),
    ],
)
def test_one_seed_or_sample_data_indicates_at_most(tmp_path: Path, made: MadeUp, why: str) -> None:
    found = verdicts(made, tmp_path)
    assert (found["C4"].word, found["C4"].why) == ("indicated", why)


def test_one_seed_against_a_claim_is_worded_so(tmp_path: Path) -> None:
    made = MadeUp(**REAL, seeds=(0,), levels={**LEVELS, "eeds": 31.2})
    assert verdicts(made, tmp_path)["C4"].word == "indicated against"


def test_one_seed_leaves_claims_on_curves_undecided(tmp_path: Path) -> None:
    found = verdicts(MadeUp(**REAL, seeds=(0,)), tmp_path)
    for name in ("C1", "C3", "C5"):
        assert (found[name].word, found[name].why) == ("undecided", "one seed gives no interval")
        assert np.isnan(found[name].holm)


def test_claims_of_one_experiment_pay_for_each_other(tmp_path: Path) -> None:
    found = verdicts(MadeUp(**REAL), tmp_path)
    ps = [verdict.p for verdict in found.values()]
    assert [verdict.holm for verdict in found.values()] == pytest.approx(list(holm(ps)))
    assert all(verdict.holm >= verdict.p for verdict in found.values())


def test_only_the_experiment_s_own_claims_are_tested(tmp_path: Path) -> None:
    assert list(verdicts(MadeUp(**REAL), tmp_path)) == ["C1", "C2", "C3", "C4", "C5", "C6"]


def test_a_claim_whose_arm_is_missing_says_not_run(tmp_path: Path) -> None:
    arms = {name: name for name in LEVELS if name != "dcnn"}
    found = verdicts(MadeUp(**REAL, arms=arms), tmp_path)
    assert (found["C6"].word, found["C6"].why) == ("not run", "dcnn x3: not run")
    assert found["C4"].word == "supported"


def test_a_claim_whose_arm_diverged_says_so(tmp_path: Path) -> None:
    made = MadeUp(**REAL, seeds=(0,))
    made.diverged = {made.run_id("dcnn", 3, 0): 300}
    assert verdicts(made, tmp_path)["C6"].why == "dcnn x3: diverged"


def test_every_scale_is_a_part_of_the_claim(tmp_path: Path) -> None:
    made = MadeUp(**{**REAL, "experiment": "scales", "folder": "scales"}, scales=(2, 3, 4))
    found = verdicts(made, tmp_path)
    assert found["C4"].word == "supported"
    assert {c.text for c in found["C4"].comparisons} == {
        f"PSNR: eeds against {arm} at x{scale}" for arm in ("eed", "ees") for scale in (2, 3, 4)
    }


def test_every_data_set_is_a_part_of_c6(tmp_path: Path) -> None:
    found = verdicts(MadeUp(**REAL, sets={"Set5": 5, "Set14": 14}), tmp_path)
    assert [c.images for c in found["C6"].comparisons] == [5, 14]


@pytest.mark.parametrize(
    ("loss", "word"), [(0.0, "supported"), (0.03, "supported"), (0.1, "contradicted")]
)
def test_not_worse_by_more_than_the_margin_is_as_good(
    tmp_path: Path, loss: float, word: str
) -> None:
    arms = {"bicubic": "bicubic", "deconvolution": "eed", "unpooling": "eed"}
    levels = {"bicubic": 30.0, "unpooling": 31.0, "deconvolution": 31.0 - loss}
    made = MadeUp(
        **{**REAL, "experiment": "upsampling", "folder": "upsampling"},
        arms=arms, levels=levels, seed_sd=0.001, noise_sd=0.001,
    )  # fmt: skip
    verdict = verdicts(made, tmp_path)["C7"]
    assert verdict.word == word
    assert verdict.decisive is not None
    assert verdict.decisive.effect == pytest.approx(-loss, abs=0.01)


# Measures --------------------------------------------------------------------------------------


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
    curves = {"ees": [20.0, 31.0], "eed": [20.0, 28.0, 29.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=0.0)
    assert sample.differences == pytest.approx(np.log(np.full((3, 1), 200 / (1000 / 11))))


def test_a_run_that_never_gets_there_is_never_the_cheaper_one(plain: results.Study) -> None:
    # EES ends early, below the goal, long before EED meets it.
    curves = {"ees": [20.0, 25.0], "eed": [20.0, 28.0, 29.0, 31.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=0.5)
    assert sample.differences == pytest.approx(np.zeros((3, 1)))


def test_pairs_that_both_miss_the_goal_say_nothing(plain: results.Study) -> None:
    curves = {"ees": [20.0, 25.0], "eed": [20.0, 28.0]}
    (sample,) = cost(curves_of(plain, curves), "eed", "ees", 3, "step", above_bicubic=0.5)
    assert sample.differences.shape == (0, 1)
    claim = Claim("X", "", ("ablation",), ({"measure": "cost", "greater": ["eed"],
        "lesser": ["ees"], "axis": "step", "above_bicubic": 0.5},))  # fmt: skip
    (verdict,) = judge(curves_of(plain, curves), [claim])
    assert (verdict.word, verdict.why) == ("undecided", "nothing to compare")


def test_a_jagged_curve_is_less_steady_than_a_smooth_one(plain: results.Study) -> None:
    jagged = list(30.0 + np.random.default_rng(0).normal(0, 0.4, 41))
    smooth = [30.0 + 0.01 * i for i in range(41)]
    study = curves_of(plain, {"eed": jagged, "eeds": smooth})
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


# The file --------------------------------------------------------------------------------------


def test_the_paper_s_nine_claims_are_there_and_three_of_ours() -> None:
    assert [claim.id for claim in CLAIMS] == [*(f"C{i}" for i in range(1, 10)), "I1", "F1", "F2"]


def test_an_unknown_measure_is_refused(tmp_path: Path) -> None:
    entry = {"says": "", "experiments": ["a"], "tests": [{"measure": "vibes"}]}
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump({"C1": entry}))
    with pytest.raises(UserError, match="no measure \\['vibes'\\]"):
        load_claims(tmp_path / "claims.yaml")


def test_a_missing_file_of_claims_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"claims\.yaml is absent"):
        load_claims(tmp_path / "claims.yaml")


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_the_arms_of_a_claim_are_arms_of_its_experiments(claim: Claim) -> None:
    for name in claim.experiments:
        path = ROOT / "conf" / "experiment" / f"{name}.yaml"
        arms = yaml.safe_load(path.read_text())["experiment"]["arms"]
        for test in claim.tests:
            for side in ("greater", "lesser"):
                assert {ref.split(":")[0] for ref in test[side]} <= {str(arm) for arm in arms}
