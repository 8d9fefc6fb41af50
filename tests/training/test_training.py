"""One run from config to record."""

import json
import os
import subprocess
import sys

import pytest
import torch

from helpers.composing import ROOT, configured
from helpers.stops import without_clock
from shoal.errors import UserError
from shoal.runs.folder import RunFolder
from shoal.training import run as training
from shoal.training import scores
from shoal.training.tally import Diverged


@pytest.fixture
def trained(tmp_path, cache, capsys):
    """Run a smoke-sized training in this process; returns its folder."""

    def train(*overrides, runs="runs"):
        paths = (f"paths.runs={tmp_path / runs}", f"paths.cache={cache}")
        return training.train(
            configured("budget=smoke", "logger=none", *paths, *overrides), "python train.py"
        )

    return train


def test_a_run_leaves_everything_that_a_reader_needs(trained):
    folder = trained("model=eeds")
    assert {path.name for path in folder.path.iterdir()} == {
        *("config.yaml", "status.json", "lock", "log.txt", "curve.csv", "scores.csv"),
        *("record.json", "weights.safetensors", "samples"),
    }
    record, curve = folder.record(), folder.rows("curve.csv")
    assert record["id"] == folder.id
    assert (record["model"], record["scale"], record["seed"], record["steps"]) == ("eeds", 3, 0, 20)
    assert record["parameters"] == 256_514
    assert record["macs"] == 3 * record["macs_per_lr_pixel"] * 8 * 8 * 2 * 20
    assert [row["step"] for row in curve] == ["0", "10", "20"]
    assert all(row["val/psnr_shallow"] and row["deep/high"] for row in curve)
    assert float(curve[-1]["val/psnr"]) == record["val"]["final_psnr"]
    assert folder.status()["state"] == "finished"
    assert {row["protocol"] for row in folder.rows("scores.csv")} == {"classic"}
    names = {path.name for path in folder.samples.iterdir()}
    assert {"Sample-chelsea-shallow.png", "Sample-chelsea-deep.png", "Sample-chelsea.png"} <= names


def test_smaller_copies_are_trained_on_beside_the_pictures(trained, small_pictures, capsys):
    ees = ("model=ees", *small_pictures)
    alone, beside = trained(*ees), trained(*ees, "data.copies=[0.8,0.6]")
    one, other = (folder.record() for folder in (alone, beside))
    assert one["weights_sha256"] != other["weights_sha256"]
    assert one["data_digests"] == other["data_digests"]
    with pytest.raises(UserError, match=r"data\.copies has 0\.1, .* leave 0\.1 out"):
        trained(*ees, "data.copies=[0.1]")


def test_the_same_run_gives_the_same_bytes_whatever_the_folder_workers_and_loggers(
    trained, tmp_path, cache, small_pictures, monkeypatch
):
    monkeypatch.setenv("WANDB_MODE", "offline")
    ees = ("model=ees", *small_pictures)
    first = trained(*ees)
    others = [
        trained(*ees, runs="elsewhere"),
        trained(*ees, "data_workers=1", runs="a worker"),
        trained(*ees, "data_workers=2", runs="workers"),
        trained(*ees, "logger=many", runs="logged"),
        in_a_process(*ees, runs=tmp_path / "process", cache=cache),
    ]
    for other in others:
        assert other.id == first.id
        assert other.weights.read_bytes() == first.weights.read_bytes()
        assert without_clock(other) == without_clock(first)
        assert other.rows("scores.csv") == first.rows("scores.csv")
    assert trained(*ees, "seed=1").weights.read_bytes() != first.weights.read_bytes()


def in_a_process(*overrides, runs, cache):
    """The same in a process of its own."""
    script, threads = str(ROOT / "train.py"), str(torch.get_num_threads())
    command = [sys.executable, script, "budget=smoke", "logger=none", *overrides]
    command += [f"paths.runs={runs}", f"paths.cache={cache}"]
    environment = os.environ | {"OMP_NUM_THREADS": threads}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    (path,) = runs.iterdir()
    return RunFolder(path)


def test_a_run_has_finished_when_it_has_been_scored(trained, monkeypatch):
    told = ["trained"]
    monkeypatch.setattr("shoal.training.finish.now", lambda: told[-1])
    score = scores.score

    def scored(*arguments):
        told.append("scored")
        return score(*arguments)

    monkeypatch.setattr("shoal.training.scores.score", scored)
    assert trained("model=ees").record()["finished_at"] == "scored"


def test_bicubics_scores_are_those_of_its_own_record(trained, capsys, monkeypatch):
    trained("model=bicubic")
    alone = trained("model=ees", runs="alone")
    shown = capsys.readouterr().out.split("ees, protocol")[-1].split("record")[0]
    monkeypatch.setattr("shoal.training.scores.Bicubic", None)  # nobody scores it again
    assert trained("model=ees").record()["scores"] == alone.record()["scores"]
    assert capsys.readouterr().out.split("ees, protocol")[-1].split("record")[0] == shown


def test_a_finished_run_is_reused_and_says_so(trained, capsys):
    first = trained("model=ees")
    written = (first.path / "record.json").stat().st_mtime_ns
    again = trained("model=ees")
    assert (again.path / "record.json").stat().st_mtime_ns == written
    assert f"{first.id} is finished: reused" in capsys.readouterr().out


def test_another_protocol_adds_rows_to_the_same_record(trained):
    before = trained("model=ees").record()
    folder = trained("model=ees", "protocol=rgb")
    record = folder.record()
    assert set(record["scores"]["Sample"]) == {"classic", "rgb"}
    assert record["scores"]["Sample"]["classic"] == before["scores"]["Sample"]["classic"]
    assert record["weights_sha256"] == before["weights_sha256"]
    assert [row["protocol"] for row in folder.rows("scores.csv")] == ["classic", "rgb"]


def test_force_starts_anew(trained):
    first = trained("model=ees").record()
    again = trained("model=ees", "force=true").record()
    assert again["weights_sha256"] == first["weights_sha256"]
    assert again["resumed"] == 0


def test_bicubic_is_scored_without_training_and_without_a_seed(trained):
    folder = trained("model=bicubic", "seed=5")
    record = folder.record()
    assert folder.id == trained("model=bicubic").id
    assert (record["seed"], record["budget"], record["steps"]) == (None, None, 0)
    assert not folder.weights.exists()
    assert len(folder.rows("curve.csv")) == 1


def test_a_loss_that_is_not_finite_stops_the_run_and_is_kept_as_an_outcome(trained, capsys):
    overrides = ("model=ees", "task.optimizer.lr=1e30", "task.schedule.warmup=0")
    with pytest.raises(Diverged):
        trained(*overrides)
    with pytest.raises(Diverged) as again:
        trained(*overrides)
    capsys.readouterr()
    assert 0 < again.value.step < 10


def test_a_diverged_run_keeps_its_curve_and_says_where(trained, tmp_path):
    with pytest.raises(Diverged):
        trained("model=ees", "task.optimizer.lr=1e30", "task.schedule.warmup=0")
    (path,) = (tmp_path / "runs").iterdir()
    status = json.loads((path / "status.json").read_text())
    assert status["state"] == "diverged"
    assert status["step"] > 0
    assert (path / "curve.csv").read_text().count("\n") == 2  # the header and step 0
    assert not (path / "record.json").exists()


def test_averaged_weights_are_the_ones_that_are_validated_and_kept(trained):
    plain, averaged = trained("model=ees"), trained("model=ees", "task/ema=decay")
    assert plain.weights.read_bytes() != averaged.weights.read_bytes()
    # With a decay of 0.999 over 20 steps the average has hardly left the start.
    start = float(averaged.rows("curve.csv")[0]["val/psnr"])
    assert float(averaged.rows("curve.csv")[-1]["val/psnr"]) == pytest.approx(start, abs=1.5)
    assert float(plain.rows("curve.csv")[-1]["val/psnr"]) > start + 2


def test_the_last_row_is_the_end_of_the_schedule_wherever_validations_fall(trained):
    folder = trained("model=ees", "budget.val_every=15")
    assert [row["step"] for row in folder.rows("curve.csv")] == ["0", "15", "20"]


def test_what_is_refused_leaves_no_folder(trained, tmp_path):
    for override, words in {
        "budget.patch_size=3000": "is larger than",
        "model.upsampler=none": "upsampler=none is unknown",
        "task.init=zero": "task.init=zero is unknown",
        "model.scale=x": "model=ees can't be built",
    }.items():
        with pytest.raises(UserError, match=words):
            trained("model=ees", override)
    with pytest.raises(UserError, match="run `shoal data fetch t91 set5 set14 bsd100"):
        trained("data=t91", f"paths.data={tmp_path}")
    assert not (tmp_path / "runs").exists()


def test_vdsrs_clipping_lets_no_step_go_further_than_theta(trained):
    sgd = ("model=espcn", "task/optimizer=sgd")
    free = trained(*sgd).rows("curve.csv")
    bound = trained(*sgd, "task/clip=adjustable", "task.clip.theta=1e-9").rows("curve.csv")
    start = float(free[0]["val/psnr"])
    assert float(bound[-1]["val/psnr"]) == pytest.approx(start, abs=0.01)
    assert float(free[-1]["val/psnr"]) > start + 0.1


@pytest.mark.data
def test_the_literatures_sets_are_trained_on_and_scored(trained, shoal_data):
    folder = trained("model=ees", "data=general291", f"paths.data={shoal_data}", "scale=2")
    assert set(folder.record()["scores"]) == {"Set5", "Set14", "BSD100"}


def test_a_folder_of_ones_own_is_trained_on(trained, tmp_path):
    from PIL import Image

    (tmp_path / "photos").mkdir()
    for number in range(3):
        noise = Image.effect_noise((60 + number, 50), 60 + number)
        noise.save(tmp_path / "photos" / f"p {number}.png")
    folder = trained("model=ees", "data=folder", f"data.train={tmp_path / 'photos'}")
    assert list(folder.record()["scores"]) == ["photos-val"]
