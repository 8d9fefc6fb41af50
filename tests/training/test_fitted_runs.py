"""Runs that fit: stage by stage, to whole pictures; a stop keeps the stages that were made."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from helpers.composing import configured
from helpers.fits import SMALL, Ridge, made
from shoal.errors import UserError
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.runs.verify import problems
from shoal.system.signals import Stopped
from shoal.training.kept_stages import KeptStages
from shoal.training.run import train
from shoal.upscale import load
from shoal.upscale.export import export

CLOCKS = {"seconds"}


@pytest.fixture
def ridge(tmp_path, cache, small_pictures):
    """Configs of runs that fit, in the test's own folder; the budget's steps say nothing."""

    def config(*overrides):
        places = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={tmp_path / 'cache'}")
        length = ("budget=smoke", "trainer=cpu", "logger=none", "model=bicubic")
        made.clear()
        config = configured(*small_pictures, *places, *length, *overrides)
        return replace(config, name="ridge", model=dict(SMALL))

    return config


def row(folder):
    (only,) = folder.rows("curve.csv")
    return {key: value for key, value in only.items() if key not in CLOCKS}


def test_a_fit_leaves_what_a_training_does_and_is_not_made_twice(ridge, capsys):
    config = ridge("seed=3")
    assert config.kind is Kind.FITTED
    folder = train(config, "")
    record, said = folder.record(), capsys.readouterr().out
    assert folder.id.startswith("ridge-x3-s3-")
    known = {"kind": "fitted", "seed": 3, "steps": 0, "patches": 0, "macs": 0.0, "budget": None}
    known |= {"parameters": 81, "macs_per_lr_pixel": 81, "dead_channels": None}
    assert {key: record[key] for key in known} == known
    assert record["seconds"] > 0
    assert record["peak_memory_mib"] > 0
    assert float(row(folder)["val/psnr"]) == record["val"]["final_psnr"]
    assert record["scores"].keys() == {"photos-val"}
    assert sorted(path.name for path in folder.samples.iterdir())
    assert not folder.checkpoints.exists()
    assert "fitted: moments, noise, map" in said
    assert "fitted to 2 pictures" in said
    assert made == ["moments", "noise", "map"]
    train(config, "")
    assert "is finished: reused" in capsys.readouterr().out
    assert len(made) == 3
    assert list(problems(folder, config.paths.data, trust=True)) == []
    rescored = train(replace(config, protocol="rgb"), "").record()
    assert rescored["scores"]["photos-val"].keys() == {"classic", "rgb"}


def test_the_budget_names_no_fit_and_the_seed_and_the_method_s_parameters_do(ridge):
    def name(config, **more):
        return Run.of(replace(config, model=SMALL | more)).folder.id

    names = {name(ridge(f"budget.max_steps={n}", "task.optimizer.lr=1")) for n in (5, 50)}
    assert len(names) == 1
    assert len(names | {name(ridge("seed=1")), name(ridge(), ridge=0.1)}) == 3


@pytest.mark.parametrize("stage", ["moments", "noise", "map"])
def test_a_fit_that_is_stopped_goes_on_with_the_stage_that_is_missing(
    ridge, tmp_path, monkeypatch, stage
):
    whole = train(ridge(), "")
    moved = tmp_path / "whole"
    whole.path.rename(moved)
    (tmp_path / "cache" / "fits").rename(tmp_path / "aside")
    kept = KeptStages._kept

    def stopped(self, folder, stem, name, make):
        if name != stage:
            return kept(self, folder, stem, name, make)

        def stop(progress):
            os.kill(os.getpid(), signal.SIGINT)
            return make(progress)

        return kept(self, folder, stem, name, stop)

    config = ridge()
    with monkeypatch.context() as patch:
        patch.setattr(KeptStages, "_kept", stopped)
        with pytest.raises(Stopped):
            train(config, "")
    done, folder = list(made), Run.of(config).folder
    assert done == list(Ridge.stages)[: Ridge.stages.index(stage)]
    assert folder.state() == "interrupted"
    again = train(config, "")
    assert tuple(made) == Ridge.stages
    assert again.record()["resumed"] == 1
    assert again.weights.read_bytes() == (moved / again.weights.name).read_bytes()
    before = RunFolder(moved)
    assert row(again) == row(before)
    assert again.rows("scores.csv") == before.rows("scores.csv")


def test_a_stage_that_states_the_same_facts_is_made_once_for_all_and_a_damaged_one_again(
    ridge, tmp_path, capsys
):
    first = train(ridge(), "")
    train(ridge("seed=1"), "")
    assert made == ["noise", "map"]
    assert "moments: kept" in capsys.readouterr().out
    (shared,) = (tmp_path / "cache" / "fits").glob("moments-x3-*.safetensors")
    content = bytearray(shared.read_bytes())
    content[-1] ^= 1
    shared.write_bytes(content)
    weights = first.weights.read_bytes()
    again = train(ridge("force=true"), "")
    assert "is damaged: made again" in capsys.readouterr().out
    assert tuple(made) == Ridge.stages
    assert again.weights.read_bytes() == weights


def test_its_weights_enlarge_in_tiles_and_go_to_the_hub(ridge, tmp_path):
    folder = train(ridge(), "")
    lr = np.asarray(Image.effect_noise((20, 17), 60))
    whole = load(folder.weights, trust=True)(lr)
    assert whole.shape == (51, 60)
    tiles = load(folder.weights, trust=True, tile=16)(lr)
    assert np.abs(whole.astype(int) - tiles).max() == 0
    with pytest.raises(UserError, match="wants to build"):
        load(folder.weights)
    hub = export(folder.path, tmp_path / "hub", kind="hub", trust=True)
    assert "fitted" in (hub / "README.md").read_text()


def test_one_process_fits_however_many_there_are(ridge, monkeypatch):
    folder = train(ridge("trainer.devices=2"), "")
    assert tuple(made) == Ridge.stages
    assert folder.record()["devices"] == 1
    monkeypatch.setenv("LOCAL_RANK", "1")
    other = train(ridge("seed=1"), "")
    assert made == []
    assert not other.path.exists()


@pytest.mark.slow
def test_what_is_fitted_is_exported_as_it_answers(ridge, tmp_path):
    folder = train(ridge(), "")
    for kind in ("onnx", "onnx-rgb"):
        assert export(folder.path, tmp_path / f"{kind}.onnx", kind=kind, trust=True).is_file()
