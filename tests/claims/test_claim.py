"""The file of claims."""

from pathlib import Path

import pytest
import yaml

from helpers.composing import CONF
from shoal.claims import Claim, load_claims
from shoal.errors import UserError

CLAIMS = load_claims()


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
        path = CONF / "experiment" / f"{name}.yaml"
        arms = yaml.safe_load(path.read_text())["experiment"]["arms"]
        for test in claim.tests:
            for side in ("greater", "lesser"):
                assert {ref.split(":")[0] for ref in test[side]} <= {str(arm) for arm in arms}
