"""Claims as experiments have them."""

from typing import Any

import pytest
import yaml

from helpers.composing import CONF, options
from helpers.made_up import claims_of
from shoal.claims import read_claims, require_arms
from shoal.errors import UserError

TEST = {"measure": "psnr", "greater": ["eeds"], "lesser": ["eed"]}
COST = TEST | {"measure": "cost", "axis": "step", "below_final": 0.1}


def test_the_paper_s_nine_claims_are_there_and_five_of_ours() -> None:
    ids = {claim.id for name in options("experiment") for claim in read_claims(claims_of(name))}
    assert ids == {*(f"C{i}" for i in range(1, 10)), "I1", *(f"F{i}" for i in range(1, 5))}


def test_a_claim_of_two_experiments_is_one_claim() -> None:
    ablation, scales = claims_of("ablation"), claims_of("scales")
    assert {name: ablation[name] for name in scales} == scales


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("eeds is best", r"claims\.mine needs says: \(one sentence\) and tests"),
        ({"tests": [TEST]}, "needs says"),
        ({"says": "x"}, "has no tests: write a list of comparisons"),
        ({"says": "x", "tests": []}, "has no tests"),
        ({"says": "x", "test": [TEST]}, r"key=test is unknown \(did you mean tests\?\)"),
        ({"says": "x", "tests": ["psnr"]}, "measure=None is unknown: choose one of psnr"),
        ({"says": "x", "tests": [TEST | {"measure": "psrn"}]}, r"did you mean psnr\?"),
        ({"says": "x", "tests": [{"measure": "psnr", "lesser": ["a"]}]}, "greater is no list"),
        ({"says": "x", "tests": [TEST | {"lesser": "eed"}]}, r"lesser is no list of arms, e\.g"),
        ({"says": "x", "tests": [TEST | {"pre": "set"}]}, r"key=pre is unknown \(did you mean per"),
        ({"says": "x", "tests": [TEST | {"margin": "wide"}]}, "margin=wide is no number"),
        ({"says": "x", "tests": [TEST | {"measure": "cost"}]}, "cost needs axis"),
        ({"says": "x", "tests": [TEST], "equal_within": "wide"}, "equal_within=wide is no number"),
        ({"says": "x", "tests": [TEST], "equal_within": -1}, "equal_within=-1 is no number"),
        ({"says": "x", "tests": [COST], "equal_within": 0.1}, "no ratio above 1, e.g. 1.1"),
        ({"says": "x", "tests": [TEST, COST], "equal_within": 0.1}, "make two claims"),
    ],
)
def test_a_claim_that_lacks_or_misspells_something_is_one_line(entry: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_claims({"mine": entry})


def test_a_claim_about_an_arm_that_there_is_not_names_the_nearest() -> None:
    claims = read_claims({"mine": {"says": "x", "tests": [TEST]}})
    require_arms(claims, ["eed", "eeds"])
    with pytest.raises(UserError, match=r"claims\.mine: arm=eeds is unknown \(did you mean eedss"):
        require_arms(claims, ["eed", "eedss"])
    branches = TEST | {"measure": "share_above", "greater": ["eeds:deep"], "lesser": ["eeds:deep"]}
    require_arms(read_claims({"mine": {"says": "x", "tests": [branches]}}), ["eeds"])


@pytest.mark.parametrize("name", options("experiment"))
def test_the_arms_of_a_claim_are_arms_of_its_experiment(name: str) -> None:
    path = CONF / "experiment" / f"{name}.yaml"
    arms = yaml.safe_load(path.read_text())["experiment"]["arms"]
    require_arms(read_claims(claims_of(name)), map(str, arms))
