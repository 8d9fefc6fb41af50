import csv
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from lightning.pytorch import Trainer
from lightning.pytorch.demos.boring_classes import BoringModel
from lightning.pytorch.loggers import Logger
from PIL import Image

from helpers import composing
from helpers.grids import ENOUGH
from helpers.offline_wandb import nobodys_wandb, offline_parts, sent, written
from helpers.wandb_server import wandb_server
from shoal.dashboards.base import Dashboard, csv_logger, dashboards, tensorboard_logger
from shoal.dashboards.wandb_logger import WandbRun
from shoal.errors import UserError
from shoal.system.signals import Stopped
from shoal.training.module import SuperResolution
from shoal.training.run import run as make_run

__all__ = ["nobodys_wandb"]  # a fixture that is used by itself

CONF = Path(__file__).parents[2] / "conf"
KEY = "0123456789" * 4
ATTEMPT = "20260102T030405"
TAGS = ["eeds", "x3", "sample", "quick"]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "runs" / "eeds-x3-s0-1f3a9c2e"
    path.mkdir(parents=True)
    return path


def wandb_run(folder, attempt=ATTEMPT, answer_within=2.0, finish_within=120.0):
    return WandbRun(folder, attempt, "shoal", "ablation", TAGS, answer_within, finish_within)


def row(step):
    return {"val/psnr": 30.0 + step / 1000, "seconds": step / 10, "macs": step * 1e6}


@pytest.fixture
def said(caplog):
    """What the package itself says on the console so far, line by line."""
    return lambda: [r.getMessage() for r in caplog.records if r.name.startswith("shoal")]


def values(items):
    """Key and value of history, summary or config items; a key of several levels by its first."""
    found = {}
    for item in items:
        key, *rest = item.nested_key or [item.key]
        value = json.loads(item.value_json)
        if rest:
            found.setdefault(key, {})["/".join(rest)] = value
        else:
            found[key] = value
    return found


def rows_of(part):
    return [values(r.history.item) for r in sent(part) if r.HasField("history")]


def exit_codes(part):
    return [r.exit.exit_code for r in sent(part) if r.HasField("exit")]


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


def two_parts(folder):
    for step, exit_code in ((0, 1), (100, 0)):
        run = wandb_run(folder)
        run.log_metrics(row(step), step)
        run.log_scores([{"image": "a", "psnr": 31.0}])
        run.close(exit_code)
        time.sleep(1.1)  # W&B names a part by the second
    return offline_parts(folder)


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


def wandb_command(words, url, folder):
    command = [Path(sys.executable).with_name("wandb"), *words]
    environment = os.environ | {"WANDB_API_KEY": KEY, "WANDB_BASE_URL": url}
    subprocess.run(
        command,
        env=environment,
        cwd=folder,  # where W&B's commands leave a log
        check=True,
        capture_output=True,
        timeout=ENOUGH,
    )


def test_a_training_that_is_stopped_and_goes_on_is_one_run_with_every_row(tmp_path, monkeypatch):
    paths = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={tmp_path / 'cache'}")
    cfg = composing.composed("model=ees", "budget=smoke", "logger=wandb", *paths)
    with monkeypatch.context() as patch:
        patch.setattr(SuperResolution, "on_train_batch_end", terminated_at(13))
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


def go_online(monkeypatch, url):
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_BASE_URL", url)


def test_online_a_resumed_run_continues_its_own(folder, monkeypatch):
    name = f"{folder.name}-{ATTEMPT}"
    with wandb_server() as server:
        go_online(monkeypatch, server.url)
        for steps, exit_code in (((0, 100), 1), ((200, 300), 0)):
            run = wandb_run(folder, answer_within=120)
            run.log_config({"scale": 3})
            for step in steps:
                run.log_metrics(row(step), step)
            run.close(exit_code)
        assert list(server.runs) == [name]
        assert [r["_step"] for r in server.history[name]] == [0, 100, 200, 300]
        assert server.exit_codes[name] == [1, 0]
        assert server.runs[name]["groupName"] == "ablation"
        assert sorted(server.runs[name]["tags"]) == sorted(TAGS)
    assert offline_parts(folder) == []


@pytest.mark.parametrize(
    "server",
    [{"refuse": 401}, {"refuse": 500}, {"hang": "/"}],
    ids=["401", "500", "silent"],
)
def test_a_server_that_does_not_serve_means_offline(folder, monkeypatch, said, server):
    with wandb_server(**server) as one:
        go_online(monkeypatch, one.url)
        run = wandb_run(folder)
        begun = time.monotonic()
        run.log_metrics(row(0), 0)
        run.close(0)
        assert time.monotonic() - begun < 60  # left to itself, W&B asks for 90 and more
    (part,) = offline_parts(folder)
    assert [r["_step"] for r in rows_of(part)] == [0]
    assert exit_codes(part) == [0]
    (line,) = said()
    assert "is kept offline" in line


def test_a_closed_port_means_offline_at_once(folder, monkeypatch, said):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening
        go_online(monkeypatch, f"http://127.0.0.1:{closed.getsockname()[1]}")
        run = wandb_run(folder, answer_within=600)
        begun = time.monotonic()
        run.log_metrics(row(0), 0)
        run.close(0)
        assert time.monotonic() - begun < 60
    assert [exit_codes(part) for part in offline_parts(folder)] == [[0]]
    assert "no connection" in said()[0]


def test_a_server_that_falls_silent_does_not_hold_up_the_end_and_the_rest_can_be_sent_later(
    folder, monkeypatch, said
):
    with wandb_server(hang="file_stream") as silent:
        go_online(monkeypatch, silent.url)
        run = wandb_run(folder, answer_within=120, finish_within=2)
        run.log_metrics(row(0), 0)
        begun = time.monotonic()
        run.close(0)
        assert time.monotonic() - begun < 60
        assert silent.history == {}
    (line,) = said()
    (command,) = re.findall("`wandb (.+)`", line)
    with wandb_server() as server:
        wandb_command(command.split(), server.url, folder)
        assert [r["_step"] for r in server.history[f"{folder.name}-{ATTEMPT}"]] == [0]


def test_a_malformed_key_and_a_called_for_but_missing_one_mean_offline(folder, monkeypatch, said):
    monkeypatch.setenv("WANDB_MODE", "online")
    run = wandb_run(folder)
    run.log_metrics(row(0), 0)
    run.close(0)
    assert "needs an API key" in said()[-1]
    sys.modules["wandb"].teardown()
    monkeypatch.setenv("WANDB_API_KEY", "too-short")
    other = folder.with_name("other")
    other.mkdir()
    run = wandb_run(other)
    run.log_metrics(row(0), 0)
    run.close(0)
    assert "40+ characters" in said()[-1]
    assert len(offline_parts(folder)) == len(offline_parts(other)) == 1


RAISES = """
import sys
from pathlib import Path
from shoal.dashboards.wandb_logger import WandbRun
assert "wandb" not in sys.modules, "imported before it is used"
run = WandbRun(Path(sys.argv[1]), "a", "shoal", None, [], 120.0, 120.0)
run.log_metrics({"val/psnr": 30.0}, 0)
print("the run's own line")
raise ValueError("broken")
"""


def test_on_a_terminal_without_a_key_nothing_is_asked_or_said_and_an_exception_marks_it_failed(
    folder,
):
    here, there = pty.openpty()  # a terminal that nobody types at
    with subprocess.Popen(
        [sys.executable, "-c", RAISES, str(folder)], stdin=there, stdout=there, stderr=there
    ) as process:
        os.close(there)
        said = b""
        try:
            while more := os.read(here, 4096):
                said += more
        except OSError:  # the last holder of the other end is gone, W&B's process included
            pass
        assert process.wait(timeout=ENOUGH) == 1
    os.close(here)
    lines = said.decode().split("\r\n")
    assert lines[0] == "the run's own line"
    assert lines[1].startswith("Traceback")
    assert lines[-2:] == ["ValueError: broken", ""]
    assert "wandb:" not in said.decode()
    assert [exit_codes(part) for part in offline_parts(folder)] == [[1]]


def composed(name):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", overrides=[f"logger={name}", "name=eeds"])


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("none", []),
        ("csv", ["CSVLogger"]),
        ("tensorboard", ["TensorBoardLogger"]),
        ("wandb", ["WandbRun"]),
        ("many", ["CSVLogger", "TensorBoardLogger", "WandbRun"]),
    ],
)
def test_each_choice_of_logger_builds_lightning_loggers(folder, name, kinds):
    loggers = [
        instantiate(entry, folder=folder, attempt=ATTEMPT)
        for entry in composed(name).logger.values()
    ]
    assert [type(logger).__name__ for logger in loggers] == kinds
    assert all(isinstance(logger, Logger) for logger in loggers)
    assert len(dashboards(loggers)) == kinds.count("WandbRun")


def test_every_file_of_loggers_is_tried():
    assert {path.stem for path in (CONF / "logger").glob("*.yaml")} == {
        "none",
        "csv",
        "tensorboard",
        "wandb",
        "many",
    }


@pytest.mark.filterwarnings("ignore:.*does not have many workers")
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")  # Lightning's, on a newer torch
def test_a_trainer_takes_them_all_and_leaves_closing_to_the_run(folder):
    loggers = [
        instantiate(e, folder=folder, attempt=ATTEMPT) for e in composed("many").logger.values()
    ]
    trainer = Trainer(
        logger=loggers,
        max_steps=2,
        limit_val_batches=0,
        accelerator="cpu",
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(BoringModel())
    for logger in trainer.loggers:
        logger.log_metrics(row(2), 2)
    for board in dashboards(trainer.loggers):
        assert isinstance(board, Dashboard)
        board.log_summary({"parameters": 66})
        board.close(0)
    (part,) = offline_parts(folder)
    assert rows_of(part)[-1]["val/psnr"] == row(2)["val/psnr"]
    assert exit_codes(part) == [0]
    assert list((folder / "tensorboard").glob("events.out.tfevents.*"))
    with (folder / "csv" / "version_0" / "metrics.csv").open() as file:
        assert float(list(csv.DictReader(file))[-1]["val/psnr"]) == row(2)["val/psnr"]


def test_the_csv_of_a_resumed_run_keeps_its_first_part(folder):
    for step in (0, 100):
        csv_logger(folder, ATTEMPT).log_metrics(row(step), step)
    texts = [(folder / "csv" / f"version_{n}" / "metrics.csv").read_text() for n in (0, 1)]
    assert [next(csv.DictReader(text.splitlines()))["step"] for text in texts] == ["0", "100"]


def test_a_missing_tensorboard_names_the_extra_to_install(folder, monkeypatch):
    import lightning.fabric.loggers.tensorboard as fabric

    monkeypatch.setattr(fabric, "_TENSORBOARD_AVAILABLE", False)
    monkeypatch.setattr(fabric, "_TENSORBOARDX_AVAILABLE", False)
    with pytest.raises(UserError, match=r"pip install 'shoal\[tensorboard\]'"):
        tensorboard_logger(folder, ATTEMPT)
