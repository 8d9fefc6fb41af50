"""Faults of the machine during a run: nothing finished is lost, nothing half-made counts."""

import hashlib
import json
import math
import os
import signal

import pytest
import torch
from lightning import Trainer
from PIL import Image

from helpers.composing import configured
from shoal.errors import UserError
from shoal.system.files import sha256
from shoal.system.signals import Stopped
from shoal.training import run as training
from shoal.training.callbacks.checkpoints import Checkpoints
from shoal.training.callbacks.curve import Curve
from shoal.training.finish import write_record
from shoal.training.module import SuperResolution


@pytest.fixture
def train(tmp_path, cache, small_pictures):
    def _train(*overrides, runs="runs"):
        paths = (f"paths.runs={tmp_path / runs}", f"paths.cache={cache}", *small_pictures)
        cfg = configured("budget=smoke", "model=ees", "logger=none", *paths, *overrides)
        return training.train(cfg, "python train.py")

    return _train


DRAWING = """
from torch import nn, randn_like

class Net(nn.Sequential):
    def __init__(self, scale):
        layers = nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Dropout2d(0.3)
        super().__init__(*layers, nn.Conv2d(8, scale**2, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, lr):
        return super().forward(lr + 0.01 * randn_like(lr) if self.training else lr)
"""


def full(*_, **__):
    raise OSError(28, "No space left on device")


def only_folder(tmp_path):
    (path,) = (tmp_path / "runs").iterdir()
    return path


def without_clock(folder):
    return [row | {"seconds": None} for row in folder.rows("curve.csv")]


def test_a_disk_that_fills_up_at_a_checkpoint_is_one_line_and_the_run_goes_on_later(
    train, tmp_path, monkeypatch
):
    saved = Trainer.save_checkpoint
    calls = []

    def second_time_full(self, path, *args, **kwargs):
        calls.append(path)
        return full() if len(calls) == 2 else saved(self, path, *args, **kwargs)

    monkeypatch.setattr(Trainer, "save_checkpoint", second_time_full)
    with pytest.raises(UserError, match=r"No space left on device\).*the same command goes on"):
        train()
    folder = only_folder(tmp_path)
    assert json.loads((folder / "status.json").read_text())["state"] == "failed"
    assert len(list((folder / "checkpoints").iterdir())) == 1
    assert not (folder / "record.json").exists()
    monkeypatch.undo()
    resumed, whole = train(), train(runs="whole")
    assert resumed.record()["resumed"] == 1
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()


def test_a_disk_that_is_full_from_the_start_is_one_line(train, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"can't be written \(No space"):
        train()
    monkeypatch.undo()
    assert train().record()["resumed"] == 0


def test_a_disk_that_fills_up_before_the_record_leaves_an_unfinished_run(
    train, tmp_path, monkeypatch
):
    monkeypatch.setattr("shoal.training.finish.write_whole", full)
    with pytest.raises(UserError, match="No space"):
        train()
    assert not (only_folder(tmp_path) / "record.json").exists()
    monkeypatch.undo()
    assert train().finished


def test_a_test_picture_that_vanishes_in_training_is_named_and_nothing_trained_is_lost(
    train, tmp_path, monkeypatch
):
    (tmp_path / "photos").mkdir()
    for number in range(3):
        path = tmp_path / "photos" / f"{number}.png"
        Image.effect_noise((60, 50), 60 + number).save(path)
    path = max(path.parent.iterdir(), key=sha256)  # which is held out, and scored
    photos = ("data=folder", f"data.train={tmp_path / 'photos'}")
    content, ended = path.read_bytes(), SuperResolution.on_train_end

    def vanishes(self):
        ended(self)
        path.unlink()

    with monkeypatch.context() as patch:
        patch.setattr(SuperResolution, "on_train_end", vanishes)
        with pytest.raises(UserError, match=r"photos-val: 1 of 1 pictures are not in .*photos"):
            train(*photos)
    names = sorted(p.name for p in (only_folder(tmp_path) / "checkpoints").iterdir())
    assert names[-1].startswith("step-000000020-")
    path.write_bytes(content)
    assert train(*photos).record()["resumed"] == 1


def test_a_clock_that_jumps_back_does_not_reach_the_curve(train, monkeypatch):
    import time

    times = iter(range(10**9, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: float(next(times)))
    seconds = [float(row["seconds"]) for row in train().rows("curve.csv")]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 3600  # an hour is what each look at the clock took away


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


def stopped_after(count, monkeypatch):
    steps = iter(range(1, 1000))

    def signalled(*_):
        if next(steps) == count:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(SuperResolution, "on_before_optimizer_step", signalled)


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


def test_a_schedule_of_pytorchs_goes_on_from_where_it_was(train, monkeypatch):
    schedule = "torch.optim.lr_scheduler.OneCycleLR"  # it changes the optimiser's momentum too
    values = ("+task.schedule.total_steps=${budget.max_steps}", "+task.schedule.max_lr=0.01")
    own = (f"task.schedule._target_={schedule}", "~task.schedule.warmup", *values)
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


def test_a_damaged_checkpoint_falls_back_to_the_one_before(train, tmp_path, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        stopped_after(13, patch)
        with pytest.raises(Stopped):
            train("task/ema=decay")
    before, newest = sorted((only_folder(tmp_path) / "checkpoints").iterdir())
    assert before.name.startswith("step-000000010-")
    newest.write_bytes(newest.read_bytes()[:-100])
    resumed, whole = train("task/ema=decay"), train("task/ema=decay", runs="whole")
    said = capsys.readouterr().out
    assert f"{newest.name} is damaged: going on from the one before it" in said
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert without_clock(resumed) == without_clock(whole)


class Hostile:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_checkpoint_never_runs_code_even_with_the_right_checksum(train, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        stopped_after(3, patch)
        with pytest.raises(Stopped):
            train()
    checkpoints = only_folder(tmp_path) / "checkpoints"
    beside = tmp_path / "hostile"
    torch.save({"state_dict": Hostile(str(tmp_path / "ran"))}, beside)
    checksum = hashlib.sha256(beside.read_bytes()).hexdigest()[:16]
    beside.rename(checkpoints / f"step-000000009-{checksum}.ckpt")
    with pytest.raises(UserError, match=r"is no checkpoint .*: delete it, or force=true"):
        train()
    assert not (tmp_path / "ran").exists()


def test_leftovers_of_a_kill_are_gone_when_the_run_goes_on(train, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        stopped_after(3, patch)
        with pytest.raises(Stopped):
            train()
    (only_folder(tmp_path) / ".unfinished-0123456789abcdef").write_text("step,")
    assert not list(train().path.glob(".*"))


def test_scores_that_a_kill_kept_out_of_the_record_are_taken_again(train, monkeypatch):
    folder = train()
    with monkeypatch.context() as patch:
        patch.setattr("shoal.runs.folder.RunFolder.write_json", full)
        with pytest.raises(OSError, match="No space"):
            train("protocol=rgb")
    assert [row["protocol"] for row in folder.rows("scores.csv")] == ["classic", "rgb"]
    assert set(folder.record()["scores"]["photos-val"]) == {"classic"}
    assert set(train("protocol=rgb").record()["scores"]["photos-val"]) == {"classic", "rgb"}
    assert [row["protocol"] for row in folder.rows("scores.csv")] == ["classic", "rgb"]


def test_a_status_that_a_kill_kept_behind_the_record_does_not_matter(train, monkeypatch):
    def killed(self, state, **facts):
        if state == "finished":
            raise KeyboardInterrupt
        monkeypatch.undo()
        self.set_status(state, **facts)
        monkeypatch.setattr("shoal.runs.folder.RunFolder.set_status", killed)

    monkeypatch.setattr("shoal.runs.folder.RunFolder.set_status", killed)
    with pytest.raises(KeyboardInterrupt):
        train()
    monkeypatch.undo()
    assert train().record()["resumed"] == 0


def test_flat_pictures_make_no_nan(train, tmp_path, capsys):
    (tmp_path / "flat").mkdir()
    for number in range(3):
        Image.new("L", (60, 50), 100 * number).save(tmp_path / "flat" / f"{number}.png")
    flat = ("data=folder", f"data.train={tmp_path / 'flat'}")
    curve = train("model=eeds", *flat).rows("curve.csv")
    assert all(math.isfinite(float(value)) for value in curve[-1].values())
    capsys.readouterr()
    assert train("model=bicubic", *flat).record()["val"]["final_psnr"] == math.inf
    assert "+0.00" in capsys.readouterr().out
