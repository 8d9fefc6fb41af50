"""Fitted runs: stages are kept, stopped fits go on, and the record says what there is to say."""

import pytest
import torch

from shoal.models import weights
from shoal.models.classical import anchored, timofte
from shoal.runs.identity import run_id
from shoal.runs.kind import Kind, kind_of
from shoal.runs.run import Run
from shoal.runs.verify import problems
from shoal.system.signals import Stopped
from shoal.training.run import train

FITTING = ("model=anr", "model.atoms=8")


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(timofte, "ROUNDS", 2)


def test_a_fit_that_was_stopped_goes_on_after_its_last_stage_to_the_same_weights(
    short, tmp_path, monkeypatch, capsys
):
    config = short(*FITTING, "scale=2", f"paths.cache={tmp_path / 'cache'}")
    whole, regressed = anchored.ANR.regressed, []

    def stopping(self, *arguments):
        regressed.append(self)
        if len(regressed) == 1:
            raise Stopped(15)
        return whole(self, *arguments)

    monkeypatch.setattr(anchored.ANR, "regressed", stopping)
    with pytest.raises(Stopped):
        train(config, "test")
    folder = Run.of(config).folder
    assert folder.state() == "interrupted"
    capsys.readouterr()
    train(config, "test")
    assert "dictionary: kept" in capsys.readouterr().out
    stopped = weights.load(folder.weights)[0].state_dict()
    assert not folder.checkpoints.exists()

    other = short(*FITTING, "scale=2", f"paths.runs={tmp_path / 'other'}")
    train(other, "test")
    once = weights.load(Run.of(other).folder.weights)[0].state_dict()
    assert all(torch.equal(value, once[name]) for name, value in stopped.items())

    record = folder.record()
    assert (record["kind"], record["steps"], record["seed"]) == ("fitted", 0, 0)
    assert record["budget"] is record["dead_channels"] is record["patches_per_second"] is None
    assert record["seconds"] > 0
    assert record["macs_per_lr_pixel"] > 0
    assert len(folder.rows("curve.csv")) == 1
    assert not list(problems(folder, config.paths.data, trust=False))

    # Another of the line takes the dictionary from the cache, where a damaged one is made anew.
    capsys.readouterr()
    gr = short("model=gr", "model.atoms=8", "scale=2", f"paths.cache={tmp_path / 'cache'}")
    (kept,) = (tmp_path / "cache" / "fits").glob("dictionary-x2-*")
    train(gr, "test")
    assert "dictionary: kept" in capsys.readouterr().out
    kept.write_bytes(kept.read_bytes()[:-1])
    train(short("model=zeyde", "model.atoms=8", "scale=2", f"paths.cache={tmp_path / 'cache'}"), "")
    assert "damaged: made again" in capsys.readouterr().out


def test_seed_and_parameters_name_a_fitted_run_and_the_budget_does_not(short):
    def named(*overrides):
        config = short(*FITTING, *overrides)
        return run_id(config, Run.of(config).content)

    assert named("budget.max_steps=7", "budget.val_every=7") == named()
    assert len({named(), named("seed=1"), named("model.atoms=9")}) == 3


def test_a_fitted_model_is_no_part_of_an_ensemble():
    model = {"_target_": "shoal.models.classical.anchored.GR", "scale": 2, "atoms": 8}
    assert kind_of("gr", model) is Kind.FITTED
    ensemble = {"_target_": "shoal.models.ensemble.Ensemble", "deep": model, "shallow": model}
    with pytest.raises(Exception, match="such a model stands alone"):
        kind_of("both", ensemble)
