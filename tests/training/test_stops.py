"""Runs that are stopped and go on: they end as if they had not been."""

import json
import os
import signal

import pytest
import torch

from helpers.stops import full, only_folder, stopped_after, without_clock
from shoal.errors import UserError
from shoal.system.signals import Stopped
from shoal.training.callbacks.checkpoints import Checkpoints
from shoal.training.callbacks.curve import Curve
from shoal.training.finish import write_record
from shoal.training.module import SuperResolution

DRAWING = """
from torch import nn, randn_like

class Net(nn.Sequential):
    def __init__(self, scale):
        layers = nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Dropout2d(0.3)
        super().__init__(*layers, nn.Conv2d(8, scale**2, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, lr):
        return super().forward(lr + 0.01 * randn_like(lr) if self.training else lr)
"""


def test_a_stop_inside_a_validation_saves_nothing(train, tmp_path, monkeypatch):
    scored = SuperResolution.validation_step

    def stopped_in_the_second(self, batch, batch_idx):
        if self.global_step == 20:
            os.kill(os.getpid(), signal.SIGTERM)
        return scored(self, batch, batch_idx)

    monkeypatch.setattr(SuperResolution, "validation_step", stopped_in_the_second)
    with pytest.raises(Stopped):
        train("task/ema=decay")
    (checkpoint,) = (only_folder(tmp_path) / "checkpoints").iterdir()
    assert checkpoint.name.startswith("step-000000010-")
    monkeypatch.undo()
    resumed, whole = train("task/ema=decay"), train("task/ema=decay", runs="whole")
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert [row["val/psnr"] for row in resumed.rows("curve.csv")] == [
        row["val/psnr"] for row in whole.rows("curve.csv")
    ]


def preempted_after(action, monkeypatch, name):
    """Let an action be followed by Slurm's signal."""

    def then_signalled(*args, **kwargs):
        result = action(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGTERM)
        return result

    monkeypatch.setattr(name, then_signalled)


# Where Lightning's own handler would end the fit as if it had finished, with exit code 0.
@pytest.mark.parametrize(
    ("action", "name", "saved"),
    [
        (
            lambda *_: None,  # after the callbacks, before Lightning looks
            "shoal.training.module.SuperResolution.on_train_batch_end",
            "step-000000003-",
        ),
        (
            Checkpoints.save,
            "shoal.training.callbacks.checkpoints.Checkpoints.save",
            "step-000000011-",
        ),
        (write_record, "shoal.training.run.write_record", None),
    ],
    ids=["after a block", "after a validation", "after the record"],
)
def test_a_signal_stops_a_run_wherever_it_comes(train, tmp_path, monkeypatch, action, name, saved):
    short = ("budget.batch_size=64",)  # two steps to a block
    with monkeypatch.context() as patch:
        preempted_after(action, patch, name)
        with pytest.raises(Stopped) as stopped:
            train(*short)
    assert stopped.value.signum == signal.SIGTERM
    folder = only_folder(tmp_path)
    assert (folder / "record.json").exists() == (saved is None)
    status = json.loads((folder / "status.json").read_text())
    assert status["state"] == ("interrupted" if saved else "finished")
    if saved:
        names = [path.name for path in (folder / "checkpoints").iterdir()]
        assert max(names).startswith(saved)
        assert (status["step"], status["reason"]) == (int(saved[5:-1]), "stopped by SIGTERM")
        assert "Traceback" not in (folder / "log.txt").read_text()
    resumed, whole = train(*short), train(*short, runs="whole")
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_the_seconds_of_a_resumed_run_are_those_of_all_its_parts(train, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("shoal.training.run.write_record", full)
        with pytest.raises(UserError, match="No space"):
            train("budget.max_steps=25")
    loaded = Curve.load_state_dict

    def after_a_long_first_part(self, state):
        loaded(self, state | {"seconds": 1e6})

    monkeypatch.setattr(Curve, "load_state_dict", after_a_long_first_part)
    record = train("budget.max_steps=25").record()
    assert record["resumed"] == 1
    assert 1e6 < record["seconds"] < 1e6 + 3600  # a first part of 12 days, and this one


def test_a_stop_keeps_the_running_means_of_the_curve(train, monkeypatch):
    with monkeypatch.context() as patch:
        stopped_after(3, patch)
        with pytest.raises(Stopped):
            train()
    resumed, whole = train().rows("curve.csv"), train(runs="whole").rows("curve.csv")
    assert resumed[1]["step"] == "10"
    assert resumed[1]["train/loss"] == whole[1]["train/loss"]


@pytest.mark.parametrize("max_steps", [20, 25])  # with and without a checkpoint at the very end
def test_a_run_stopped_between_its_last_step_and_its_record_keeps_the_averaged_weights(
    train, monkeypatch, max_steps
):
    averaged = ("task/ema=decay", f"budget.max_steps={max_steps}")
    with monkeypatch.context() as patch:
        patch.setattr("shoal.training.run.write_record", full)
        with pytest.raises(UserError, match="No space"):
            train(*averaged)
    resumed, whole = train(*averaged), train(*averaged, runs="whole")
    assert resumed.record()["resumed"] == 1
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert resumed.rows("scores.csv") == whole.rows("scores.csv")


@pytest.mark.parametrize("stop", [3, 14])  # before its first validation, and after
def test_a_network_that_draws_as_it_trains_ends_as_if_it_had_not_been_stopped(
    train, tmp_path, monkeypatch, stop
):
    (tmp_path / "drawing.py").write_text(DRAWING)
    monkeypatch.syspath_prepend(tmp_path)
    own = ("model._target_=drawing.Net", "~model.upsampler", "~model.channels")
    with monkeypatch.context() as patch:
        stopped_after(stop, patch)
        with pytest.raises(Stopped):
            train(*own)
    torch.rand(7)  # whatever this process has drawn
    resumed = train(*own)
    torch.rand(1)
    whole = train(*own, runs="whole")
    assert resumed.record()["resumed"] == 1
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert without_clock(resumed) == without_clock(whole)
    other = train(*own, "seed_patches=1", runs="other")
    assert other.weights.read_bytes() != whole.weights.read_bytes()


# OneCycleLR changes the optimiser's momentum too; Muon keeps two kinds of state.
CYCLE = ("task.schedule._target_=torch.optim.lr_scheduler.OneCycleLR", "~task.schedule.warmup")
CYCLE = (*CYCLE, "+task.schedule.total_steps=${budget.max_steps}", "+task.schedule.max_lr=0.01")


@pytest.mark.parametrize("own", [CYCLE, ("task/optimizer=muon",)], ids=["OneCycleLR", "Muon"])
def test_schedules_and_optimisers_with_more_state_go_on_from_where_they_were(
    train, monkeypatch, own
):
    with monkeypatch.context() as patch:
        stopped_after(14, patch)
        with pytest.raises(Stopped):
            train(*own)
    resumed, whole = train(*own), train(*own, runs="whole")
    assert resumed.record()["resumed"] == 1
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert without_clock(resumed) == without_clock(whole)


def test_a_resumed_run_keeps_the_threads_that_it_began_with(train, monkeypatch):
    # Few steps: threads that share busy cores wait for each other at every layer.
    short = ("model=srcnn", "budget.max_steps=4", "budget.val_every=4")
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with monkeypatch.context() as patch:
            stopped_after(3, patch)
            with pytest.raises(Stopped):
                train(*short)
        torch.set_num_threads(1)
        resumed = train(*short)
        assert resumed.record()["threads"] == resumed.status()["threads"] == 2
        torch.set_num_threads(2)
        whole = train(*short, runs="whole")
        assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    finally:
        torch.set_num_threads(before)
