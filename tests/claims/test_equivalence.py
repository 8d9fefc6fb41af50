"""Equal as an answer, on made-up records with known ones."""

from pathlib import Path
from typing import Any

import pytest

from helpers.made_up import LEVELS, REAL, MadeUp, study_of
from shoal.claims import Verdict, against_baseline, judge, read_claims
from shoal.report.tables.verdicts import worded

BETTER = {"measure": "psnr", "greater": ["eeds"], "lesser": ["eed"]}
NEAR = {**LEVELS, "eed": 32.0, "eeds": 32.0, "ees": 31.0}


def verdict(runs: Path, entry: dict[str, Any], **changes: Any) -> Verdict:
    made: dict[str, Any] = {"levels": NEAR, "seed_sd": 0.01, "claims": {"X": entry}}
    study = study_of(MadeUp(**REAL | made | changes), runs)
    (found,) = judge(study, read_claims(study.claims))
    return found


def claim(*tests: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"says": "x", "tests": list(tests) or [BETTER], **more}


def test_arms_within_the_region_are_equal_and_the_region_stands_beside_the_word(
    tmp_path: Path,
) -> None:
    found = verdict(tmp_path, claim())
    assert found.word == "equal"
    assert worded(found) == "equal (within ±0.05 dB)"
    assert found.decisive is not None
    assert -0.05 < found.decisive.low < found.decisive.high < 0.05
    assert found.p == found.decisive.equal < 0.05


@pytest.mark.parametrize("within", [0.01, 0])
def test_a_narrower_region_or_none_makes_no_two_arms_equal(tmp_path: Path, within: float) -> None:
    found = verdict(tmp_path, claim(equal_within=within))
    assert found.word == "undecided"


def test_what_the_experiment_says_holds_for_its_claims_on_psnr(tmp_path: Path) -> None:
    assert verdict(tmp_path / "a", claim(), equal_within=0.01).word == "undecided"
    found = verdict(tmp_path / "b", claim(equal_within=0.05), equal_within=0.01)
    assert found.word == "equal"


def test_a_claim_that_holds_by_little_is_supported(tmp_path: Path) -> None:
    exact = {"levels": {**NEAR, "eeds": 32.02}, "seed_sd": 0.001, "noise_sd": 0.001}
    assert verdict(tmp_path, claim(), **exact).word == "supported"


def test_one_part_that_holds_and_one_that_is_equal_make_an_equal_claim(tmp_path: Path) -> None:
    both = BETTER | {"lesser": ["ees", "eed"]}
    found = verdict(tmp_path, claim(both))
    assert found.word == "equal"
    assert found.decisive is not None
    assert found.decisive.text == "PSNR: eeds against eed"
    worse = verdict(tmp_path / "worse", claim(both), levels={**NEAR, "ees": 33.0})
    assert worse.word == "contradicted"


def test_steadiness_has_no_region_of_its_own(tmp_path: Path) -> None:
    test = BETTER | {"measure": "unsteadiness", "of": "val/psnr"}
    found = verdict(tmp_path, claim(test))
    assert [each.within for each in found.comparisons] == [None]
    assert found.word == "undecided"


def test_costs_a_tenth_apart_are_equal(tmp_path: Path) -> None:
    test = BETTER | {"measure": "cost", "axis": "step", "above_bicubic": 0.5}
    made = {"arms": {"bicubic": "bicubic", "eed": "eed", "eeds": "eed"}, "noise_sd": 0.0}
    found = verdict(tmp_path, claim(test), **made)
    assert worded(found) == "equal (within ×1.1)"


def test_one_or_two_seeds_indicate_at_most(tmp_path: Path) -> None:
    for seeds, why in (((0,), "one seed"), ((0, 1), "two seeds")):
        sets = {"Set5": 40}
        found = verdict(tmp_path / why, claim(), seeds=seeds, sets=sets, seed_sd=0.001)
        assert (found.word, found.why) == ("indicated equal", why)


def test_an_arm_as_good_as_the_baseline_is_equal(tmp_path: Path) -> None:
    made = MadeUp(**REAL, levels=NEAR, seed_sd=0.005, baseline="eed", claims={})
    words = {each.name: each.word for each in against_baseline(study_of(made, tmp_path))}
    assert (words["eeds"], words["ees"]) == ("equal", "worse")


def test_an_open_claim_says_what_it_would_take(tmp_path: Path) -> None:
    found = verdict(tmp_path, claim(), levels={**NEAR, "eeds": 32.03}, seed_sd=0.02)
    assert found.word == "undecided"
    assert found.need is not None
    assert found.need.seeds is not None
    assert found.need.seeds > 3
    assert worded(found).startswith(f"undecided (about {found.need.seeds} seeds, ")


def test_where_pictures_are_short_it_says_so(tmp_path: Path) -> None:
    made = {"noise_sd": 0.3, "sets": {"Set5": 5}, "seed_sd": 0.001}
    found = verdict(tmp_path, claim(), **made)
    assert found.word == "undecided"
    assert "pictures" in found.why
