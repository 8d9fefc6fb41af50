"""What a run leaves on W&B, offline."""

import json
import os
import re
import signal
import time
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from helpers import composing
from helpers.offline_wandb import (
    ATTEMPT,
    TAGS,
    exit_codes,
    offline_parts,
    row,
    rows_of,
    sent,
    two_parts,
    values,
    wandb_command,
    wandb_run,
    written,
)
from helpers.wandb_server import wandb_server
from shoal.dashboards.wandb_logger import WandbRun
from shoal.system.signals import Stopped
from shoal.training.module import SuperResolution
from shoal.training.run import train as make_run


def test_an_offline_run_keeps_all_that_it_was_given(folder):
    run = wandb_run(folder)
    picture = folder / "butterfly.png"
    Image.fromarray(np.zeros((6, 6), np.uint8)).save(picture)
    run.log_config({"model": {"blocks": 2}, "scale": 3})
    for step in (0, 100, 200):
        run.log_metrics(row(step), step)
    run.log_samples(200, {"butterfly": picture})
    run.log_scores([{"image": "a", "psnr": 31.0}, {"image": "b", "psnr": 29.5}])
    run.log_summary({"val/best_psnr": 30.2, "parameters": 256514})
    run.close(0)

    (part,) = offline_parts(folder)
    records = sent(part)
    begun = next(r.run for r in records if r.HasField("run"))
    assert (begun.project, begun.run_group) == ("shoal", "ablation")
    assert begun.display_name == "eeds-x3-s0-1f3a9c2e"
    assert begun.run_id == f"eeds-x3-s0-1f3a9c2e-{ATTEMPT}"
    assert sorted(begun.tags) == sorted(TAGS)

    config = {}
    for r in records:
        config |= values(r.config.update)
    assert config["model"] == {"blocks": 2}
    assert config["scale"] == 3

    metrics = [r.metric for r in records if r.HasField("metric")]
    assert {m.name for m in metrics if m.name} == {"step", "seconds", "macs"}
    assert [(m.glob_name, m.step_metric) for m in metrics if m.glob_name] == [("*", "step")]

    rows = rows_of(part)
    assert [(r["_step"], r["step"]) for r in rows if "val/psnr" in r] == [
        (0, 0),
        (100, 100),
        (200, 200),
    ]
    assert [r["val/psnr"] for r in rows if "val/psnr" in r] == [30.0, 30.1, 30.2]
    (image,) = [(r["step"], r["samples/butterfly"]) for r in rows if "samples/butterfly" in r]
    assert image[0] == 200
    assert (part / "files" / image[1]["path"]).read_bytes() == picture.read_bytes()
    (table,) = [r["scores"] for r in rows if "scores" in r]
    assert json.loads((part / "files" / table["path"]).read_text()) == {
        "columns": ["image", "psnr"],
        "data": [["a", 31.0], ["b", 29.5]],
    }
    summary = {}
    for r in records:
        summary |= values(r.summary.update)
    assert (summary["val/best_psnr"], summary["parameters"]) == (30.2, 256514)
    assert exit_codes(part) == [0]


def test_closing_as_failed_is_recorded_and_closing_again_does_nothing(folder):
    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    run.close(1)
    run.close(0)
    run.log_metrics(row(100), 100)
    (part,) = offline_parts(folder)
    assert exit_codes(part) == [1]
    assert len(rows_of(part)) == 1


def test_a_time_of_day_can_end_the_id_which_may_hold_no_colon(folder):
    run = wandb_run(folder, attempt="2026-01-02T03:04:05+00:00")
    assert run.version == f"{folder.name}-20260102T0304050000"


def test_names_longer_than_wandb_takes_are_cut_where_they_name_and_whole_in_the_config(tmp_path):
    name = "w" * 190
    folder = tmp_path / f"{name}-x3-s0-1f3a9c2e"
    folder.mkdir()
    run = WandbRun(folder, ATTEMPT, "shoal", None, [name, "x3", f"{name}2"], 2.0, 120.0)
    run.log_config({"name": name})
    run.close(0)
    (part,) = offline_parts(folder)
    begun = next(r.run for r in sent(part) if r.HasField("run"))
    assert sorted(begun.tags) == ["w" * 64, "x3"]
    assert len(begun.run_id) == 128
    assert begun.run_id.endswith(f"-x3-s0-1f3a9c2e-{ATTEMPT}")
    assert {"name": name} in [values(r.config.update) for r in sent(part)]


def test_a_run_that_was_given_nothing_leaves_nothing(folder):
    run = wandb_run(folder)
    run.close(0)
    assert list(folder.iterdir()) == []


def test_two_runs_of_one_process_are_two_runs_on_wandb(folder):
    other = folder.with_name("ees-x3-s0-0a1b2c3d")
    other.mkdir()
    for path in (folder, other):
        run = wandb_run(path)
        run.log_metrics(row(0), 0)
        run.close(0)
    ids = [
        next(r.run.run_id for r in sent(offline_parts(p)[0]) if r.HasField("run"))
        for p in (folder, other)
    ]
    assert ids == [f"{folder.name}-{ATTEMPT}", f"{other.name}-{ATTEMPT}"]


def test_a_resumed_part_has_a_folder_of_its_own_and_the_same_id_and_a_forced_run_another(folder):
    two_parts(folder)
    run = wandb_run(folder, attempt="20260102T040000")
    run.log_metrics(row(0), 0)
    run.close(0)
    parts = offline_parts(folder)
    assert [re.sub(r"offline-run-\d+_\d+-", "", p.name) for p in parts] == [
        f"{folder.name}-{ATTEMPT}",
        f"{folder.name}-{ATTEMPT}",
        f"{folder.name}-20260102T040000",
    ]
    assert [rows_of(part)[0]["_step"] for part in parts] == [0, 100, 0]


def test_a_training_that_is_stopped_and_goes_on_is_one_run_with_every_row(
    tmp_path, monkeypatch, cache, small_pictures
):
    paths = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={cache}", *small_pictures)
    cfg = composing.configured("model=ees", "budget=smoke", "logger=wandb", *paths)
    monkeypatch.setenv("SHOAL_EXPERIMENT", "width")
    monkeypatch.setenv("SHOAL_ARM", "wide")
    with monkeypatch.context() as patch:
        patch.setattr(SuperResolution, "on_before_optimizer_step", terminated_at(13))
        with pytest.raises(Stopped):
            make_run(cfg, "python train.py")
    finished = make_run(cfg, "python train.py")
    parts = offline_parts(finished.path)
    ids = [next(r.run.run_id for r in sent(part) if r.HasField("run")) for part in parts]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    logged = {r["step"]: r["val/psnr"] for part in parts for r in rows_of(part) if "val/psnr" in r}
    curve = finished.rows("curve.csv")
    assert logged == {int(row["step"]): float(row["val/psnr"]) for row in curve}
    assert [exit_codes(part) for part in parts] == [[1], [0]]
    facts = [values(r.config.update) for part in parts for r in sent(part)]
    for key, value in (("experiment", "width"), ("arm", "wide"), ("seed", 0)):
        assert [fact[key] for fact in facts if key in fact] == [value, value]


def terminated_at(step):
    def signalled(self, *_):
        if self.global_step == step:
            os.kill(os.getpid(), signal.SIGTERM)

    return signalled


def test_wandb_sync_makes_one_run_of_the_parts(folder):
    parts = two_parts(folder)
    with wandb_server() as server:
        wandb_command(["sync", *parts], server.url, folder)
        ((name, rows),) = server.history.items()
    assert name == f"{folder.name}-{ATTEMPT}"
    assert [r["step"] for r in rows if "val/psnr" in r] == [0, 100]
    assert server.exit_codes[name] == [1, 0]


def test_a_row_stands_in_the_file_seconds_after_it_was_logged(folder):
    run = wandb_run(folder)
    run.log_metrics(row(100), 100)
    (part,) = offline_parts(folder)
    patience = time.monotonic() + 60
    while not any(r.HasField("history") for r in written(part)):
        assert time.monotonic() < patience, "a kill now would cost the row"
        time.sleep(0.1)
    run.close(0)


def test_what_wandb_raises_is_told_once_and_the_run_still_ends_properly(folder, said):
    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    run.log_samples(0, {"lost": folder / "lost.png"})
    run.log_samples(100, {"lost": folder / "lost.png"})
    run.log_metrics(row(100), 100)
    run.close(0)
    (line,) = said()
    assert "lost.png" in line
    assert "\n" not in line
    (part,) = offline_parts(folder)
    assert [r["_step"] for r in rows_of(part)] == [0]
    assert exit_codes(part) == [0]


def test_the_death_of_wandbs_own_process_does_not_touch_the_run(folder, said):
    import wandb

    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    process = wandb.setup().ensure_service()._proc._process
    process.kill()
    process.wait()
    for step in (100, 200, 300):
        run.log_metrics(row(step), step)
    run.close(0)
    assert len(said()) == 1
    with suppress(ConnectionResetError):  # W&B's own goodbye finds nobody there
        wandb.teardown()


def test_wandb_mode_disabled_leaves_no_files(folder, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    run.close(0)
    assert not (folder / "wandb").exists()
