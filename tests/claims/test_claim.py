"""Claims as experiments have them."""

from typing import Any

import pytest
import yaml

from helpers.composing import CONF, options
from helpers.made_up import claims_of
from shoal.claims import read_claims, require_arms
from shoal.errors import UserError
from shoal.grid.cross import cells, label

TEST = {"measure": "psnr", "greater": ["eeds"], "lesser": ["eed"]}
COST = TEST | {"measure": "cost", "axis": "step", "below_final": 0.1}
NO_GOAL = {word: value for word, value in COST.items() if word != "below_final"}
UNSTEADY = TEST | {"measure": "unsteadiness", "of": ["val/psnr", "val/pnsr"]}


def test_the_paper_s_nine_claims_are_there_and_nine_of_ours() -> None:
    ids = {claim.id for name in options("experiment") for claim in read_claims(claims_of(name))}
    ours = {"I1", *(f"F{i}" for i in range(1, 5)), "O1", "O2", "T1", "T2"}
    assert ids == {*(f"C{i}" for i in range(1, 10)), *ours}


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
        ({"says": "x", "tests": [TEST | {"measure": ["psnr"]}]}, r"measure=\['psnr'\] is unknown"),
        ({"says": "x", "tests": [{"measure": "psnr", "lesser": ["a"]}]}, "greater is no list"),
        ({"says": "x", "tests": [TEST | {"lesser": "eed"}]}, r"lesser is no list of arms, e\.g"),
        ({"says": "x", "tests": [TEST | {"pre": "set"}]}, r"key=pre is unknown \(did you mean per"),
        ({"says": "x", "tests": [TEST | {"margin": "wide"}]}, "margin=wide is no number"),
        ({"says": "x", "tests": [TEST | {"measure": "cost"}]}, "cost needs axis"),
        ({"says": "x", "tests": [COST | {"axis": "steps"}]}, r"axis=steps .*did you mean step\?"),
        ({"says": "x", "tests": [COST | {"axis": []}]}, "axis is an empty list"),
        ({"says": "x", "tests": [COST | {"below_final": ["0,1"]}]}, "below_final=0,1 is no number"),
        (
            {"says": "x", "tests": [COST | {"above_bicubic": 1}]},
            "and has above_bicubic and below_f",
        ),
        (
            {"says": "x", "tests": [NO_GOAL]},
            "one goal of above_bicubic and below_final, and has ne",
        ),
        ({"says": "x", "tests": [TEST | {"per": "sets"}]}, r"per=sets .*did you mean set\?"),
        ({"says": "x", "tests": [UNSTEADY]}, r"of=val/pnsr .*did you mean val/psnr\?"),
        ({"says": "x", "tests": [TEST | {"greater": ["eeds:deep"]}]}, "not the branch eeds:deep"),
        (
            {"says": "x", "tests": [TEST | {"measure": "share_above"}]},
            "write eeds:shallow or eeds:d",
        ),
        ({"says": "x", "tests": [TEST], "equal_within": "wide"}, "equal_within=wide is no number"),
        ({"says": "x", "tests": [TEST], "equal_within": -1}, "equal_within=-1 is no number"),
        ({"says": "x", "tests": [TEST], "equal_within": float("nan")}, "nan is no number"),
        ({"says": "x", "tests": [TEST], "equal_within": float("inf")}, "inf is no number"),
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
    experiment = yaml.safe_load(path.read_text())["experiment"]
    crossed = [label(cell) for cell in cells(experiment.get("cross", {}), [])]
    require_arms(read_claims(claims_of(name)), [*map(str, experiment["arms"]), *crossed])
