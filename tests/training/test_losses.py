"""Results don't move unless `RESULTS` says so."""

import json

import pytest

from helpers.losses import FILE, STEPS, losses, settings
from shoal.runs.identity import RESULTS

COMMITTED = json.loads(FILE.read_text())
# Processors differ by up to 1e-4 within the steady steps; what a commit changes is far more.
TOLERANCE = 1e-3
# DRCN's steps take a second each; VDSR's multiply what processors differ by: without AVX-512 its
# third loss is off by 1e-3 and its fourth by 7e-3.
FEWER = {"model=drcn budget.patch_size=12": 3, "model=vdsr": 2}
ADVICE = (
    "the first losses have moved, so records made before are no longer what would come out: raise "
    "RESULTS in shoal/runs/identity.py, then `make losses` writes the new ones"
)


def test_the_losses_are_those_of_todays_results() -> None:
    assert COMMITTED["results"] == RESULTS, "`make losses` writes those of the new RESULTS"
    assert sorted(COMMITTED["runs"]) == sorted(settings()), "`make losses` writes all models"


@pytest.mark.parametrize("setting", settings())
def test_the_first_losses_of_every_model_are_those_committed(
    setting: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.backends.mkldnn.enabled", True)
    kept = COMMITTED["runs"][setting]
    assert len(kept["losses"]) == STEPS
    steady = FEWER.get(setting, kept["steady"])
    found = losses(setting, tmp_path_factory.getbasetemp() / "losses", steady)
    assert found == pytest.approx(kept["losses"][:steady], rel=TOLERANCE), ADVICE


def test_a_recipe_that_changes_a_little_moves_losses_by_more_than_processors_do(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cache = tmp_path_factory.getbasetemp() / "losses"
    kept = COMMITTED["runs"]["model=ees"]["losses"]
    found = losses("model=ees task.optimizer.lr=3.1e-3", cache)
    assert found[-1] != pytest.approx(kept[-1], rel=5 * TOLERANCE)
