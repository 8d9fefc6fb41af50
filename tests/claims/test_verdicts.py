"""From rows to verdicts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.made_up import LEVELS, REAL, MadeUp, claims_of, study_of
from shoal import results
from shoal.claims import Verdict, judge, read_claims
from shoal.claims.needed import need
from shoal.claims.shares import ALONE
from shoal.claims.statistics import holm


def verdicts(made: MadeUp, runs: Path) -> dict[str, Verdict]:
    study = study_of(made, runs)
    return {verdict.id: verdict for verdict in judge(study, read_claims(study.claims))}


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


@pytest.mark.slow  # judges 80 experiments
def test_whole_experiments_without_an_effect_rarely_claim_one(tmp_path: Path) -> None:
    template = study_of(MadeUp(**REAL, sets={"Set5": 5}), tmp_path)
    claims = [
        claim for claim in read_claims(claims_of("ablation")) if claim.id in ("C2", "C4", "C6")
    ]
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


def test_a_claim_that_only_holm_leaves_open_says_so(tmp_path: Path) -> None:
    """As one can whose parts differ in how they are answered: by a difference, by equality."""
    (decided,) = (v.decisive for v in verdicts(MadeUp(**REAL), tmp_path).values() if v.id == "C4")
    assert decided is not None
    study = results.load(tmp_path, "ablation")
    found = need(study, [decided], ALONE, ["eed", "eeds"])
    assert str(found) == "decided alone, but not after Holm's adjustment"


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
        (MadeUp(**REAL, seeds=(0, 1), seed_sd=0.0), "two seeds"),
        (MadeUp(), "sample data"),
        (MadeUp(seeds=(0,)), "one seed, sample data"),
    ],
)
def test_few_seeds_or_sample_data_indicate_at_most(tmp_path: Path, made: MadeUp, why: str) -> None:
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
