"""Faults of the machine during a run: nothing finished is lost, nothing half-made counts."""

import json
import os
import signal

import pytest
from composing import composed
from lightning import Trainer
from PIL import Image

from shoal.callbacks.checkpoints import Checkpoints
from shoal.callbacks.curve import Curve
from shoal.errors import UserError
from shoal.recording import write_record
from shoal.run import run
from shoal.stopping import Stopped
from shoal.task import SuperResolution


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def train(tmp_path, cache):
    def _train(*overrides, runs="runs"):
        paths = (f"paths.runs={tmp_path / runs}", f"paths.cache={cache}")
        cfg = composed("budget=smoke", "model=ees", "logger=none", *paths, *overrides)
        return run(cfg, "python train.py")

    return _train


def full(*_, **__):
    raise OSError(28, "No space left on device")


def only_folder(tmp_path):
    (path,) = (tmp_path / "runs").iterdir()
    return path


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
    monkeypatch.setattr("shoal.recording.write_whole", full)
    with pytest.raises(UserError, match="No space"):
        train()
    assert not (only_folder(tmp_path) / "record.json").exists()
    monkeypatch.undo()
    assert train().finished


def test_a_data_file_that_vanishes_is_named_and_nothing_is_made(train, tmp_path):
    (tmp_path / "photos").mkdir()
    for number in range(3):
        path = tmp_path / "photos" / f"{number}.png"
        Image.effect_noise((60, 50), 60 + number).save(path)
    from shoal.data import catalog

    pictures = catalog.folder_set(tmp_path / "photos", "photos")
    (tmp_path / "photos" / "1.png").unlink()
    with pytest.raises(UserError, match="1 of 3 pictures are not in"):
        catalog.locate(pictures, tmp_path)


def test_a_clock_that_jumps_back_does_not_reach_the_curve(train, monkeypatch):
    import time

    times = iter(range(10**9, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: float(next(times)))
    seconds = [float(row["seconds"]) for row in train().rows("curve.csv")]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 60


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
            "shoal.task.SuperResolution.on_train_batch_end",
            "step-000000002-",
        ),
        (Checkpoints.save, "shoal.callbacks.checkpoints.Checkpoints.save", "step-000000011-"),
        (write_record, "shoal.run.write_record", None),
    ],
    ids=["after a step", "after a validation", "after the record"],
)
def test_a_signal_stops_a_run_wherever_it_comes(train, tmp_path, monkeypatch, action, name, saved):
    with monkeypatch.context() as patch:
        preempted_after(action, patch, name)
        with pytest.raises(Stopped) as stopped:
            train()
    assert stopped.value.signum == signal.SIGTERM
    folder = only_folder(tmp_path)
    assert (folder / "record.json").exists() == (saved is None)
    state = json.loads((folder / "status.json").read_text())["state"]
    assert state == ("failed" if saved else "finished")
    if saved:
        names = [path.name for path in (folder / "checkpoints").iterdir()]
        assert max(names).startswith(saved)
    resumed, whole = train(), train(runs="whole")
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_the_seconds_of_a_resumed_run_are_those_of_all_its_parts(train, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("shoal.run.write_record", full)
        with pytest.raises(UserError, match="No space"):
            train("budget.max_steps=25")
    loaded = Curve.load_state_dict

    def after_a_long_first_part(self, state):
        loaded(self, state | {"seconds": 100.0})

    monkeypatch.setattr(Curve, "load_state_dict", after_a_long_first_part)
    record = train("budget.max_steps=25").record()
    assert record["resumed"] == 1
    assert 100 < record["seconds"] < 160
