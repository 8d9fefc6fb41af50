"""Each choice of dashboards builds loggers that a trainer takes."""

import csv

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from lightning.pytorch import Trainer
from lightning.pytorch.demos.boring_classes import BoringModel
from lightning.pytorch.loggers import Logger

from helpers.composing import CONF, configured
from helpers.offline_wandb import (
    ATTEMPT,
    exit_codes,
    offline_parts,
    row,
    rows_of,
)
from shoal.dashboards.base import Dashboard, csv_logger, dashboards, tensorboard_logger
from shoal.errors import UserError
from shoal.training.loggers import require_loggers


def composed(name):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", overrides=[f"logger={name}", "name=eeds"])


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("none", []),
        ("csv", ["CSVLogger"]),
        ("tensorboard", ["TensorBoardRun"]),
        ("wandb", ["WandbRun"]),
        ("many", ["CSVLogger", "TensorBoardRun", "WandbRun"]),
    ],
)
def test_each_choice_of_logger_builds_lightning_loggers(folder, name, kinds):
    loggers = [
        instantiate(entry, folder=folder, attempt=ATTEMPT)
        for entry in composed(name).logger.values()
    ]
    assert [type(logger).__name__ for logger in loggers] == kinds
    assert all(isinstance(logger, Logger) for logger in loggers)
    assert len(dashboards(loggers)) == len([kind for kind in kinds if kind.endswith("Run")])


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
    monkeypatch.setattr("shoal.dashboards.base.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'shoal-sr\[tensorboard\]'"):
        tensorboard_logger(folder, ATTEMPT)
    with pytest.raises(UserError, match="needs TensorBoard"):  # before there is a folder
        require_loggers(configured("logger=many"))
    require_loggers(configured("logger=csv"))
