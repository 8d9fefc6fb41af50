"""What a kill or a stranger leaves in a run's folder: nothing half-made counts, nothing runs."""

import hashlib
import os

import pytest
import torch

from helpers.stops import full, only_folder, stopped_after, without_clock
from shoal.errors import UserError
from shoal.system.signals import Stopped


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
    assert f"{newest.name} is damaged: resuming from the one before it" in said
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
