"""Faults of the machine during a run: nothing finished is lost, nothing half-made counts."""

import contextlib
import errno
import io
import json
import math
import os

import pytest
from lightning import Trainer
from PIL import Image

from helpers.stops import full, only_folder
from shoal.errors import UserError
from shoal.runs.folder import RunFolder
from shoal.system.files import sha256
from shoal.training.module import SuperResolution
from shoal.training.status import kept


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


def test_a_file_elsewhere_that_cannot_be_opened_is_named_itself(train, tmp_path, monkeypatch):
    def locked(*args, **kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path / "T91/t1.png"))

    monkeypatch.setattr("shoal.training.run.fit", locked)
    with pytest.raises(
        UserError, match=r"^\S+T91/t1\.png can't be used \(Permission denied\): mend"
    ):
        train()


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


def test_the_log_takes_whatever_the_console_takes(tmp_path):
    folder = RunFolder(tmp_path / "ees-x3-s0-00000000")
    folder.create()
    with contextlib.redirect_stdout(io.StringIO()), kept(folder):
        print("photos/\udcff.png, 36–37 dB")  # a file name that isn't UTF-8
    log = (folder.path / "log.txt").read_text(encoding="utf-8")
    assert log == "photos/\\udcff.png, 36–37 dB\n"
