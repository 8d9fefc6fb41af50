"""Steps that Lightning counts: in blocks, and on from checkpoints of older runs."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import torch
from lightning import Trainer

from shoal.runs.run import Run
from shoal.system.signals import Stopped
from shoal.training.module import SuperResolution
from shoal.training.run import train
from shoal.training.tally import Diverged

LONG = ("budget.max_steps=14", "budget.val_every=6", "task/ema=decay")


def counts(trainer: Trainer) -> tuple[int, ...]:
    """What Lightning has counted when a batch of its own has ended."""
    loop = trainer.fit_loop.epoch_loop
    total = loop.batch_progress.total
    return trainer.global_step, total.ready, total.started, total.processed, total.completed + 1


def test_batches_are_counted_as_steps_whatever_a_block_holds(short, monkeypatch) -> None:
    seen: list[int] = []

    def noted(self: SuperResolution, *_: Any) -> None:
        assert set(counts(self.trainer)) == {self.trainer.global_step}
        seen.append(self.trainer.global_step)

    monkeypatch.setattr(SuperResolution, "on_train_batch_end", noted)
    train(short(*LONG), "")
    assert seen == [6, 12, 14]


def stopped_at(step: int) -> Callable[..., None]:
    def hook(self: SuperResolution, *_: Any) -> None:
        if self.global_step == step - 1:
            os.kill(os.getpid(), signal.SIGTERM)

    return hook


@pytest.mark.parametrize("automatic", [False, True], ids=["of now", "of before there were blocks"])
def test_a_run_that_is_stopped_within_a_block_goes_on_from_that_very_step(
    short, tmp_path, monkeypatch, automatic: bool
) -> None:
    config = short(*LONG)
    with monkeypatch.context() as patch:
        patch.setattr(SuperResolution, "on_before_optimizer_step", stopped_at(9))
        if automatic:  # Lightning's automatic optimisation counted its steps elsewhere
            patch.setattr(Trainer, "save_checkpoint", saved_as_before)
        with pytest.raises(Stopped):
            train(config, "")
    assert Run.of(config).folder.saved == 9
    resumed = train(config, "")
    whole = train(short(*LONG, f"paths.runs={tmp_path / 'whole'}"), "")
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    rows = [[row | {"seconds": ""} for row in run.rows("curve.csv")] for run in (resumed, whole)]
    assert rows[0] == rows[1]


def saved_as_before(self: Trainer, path: Any, *_: Any, **__: Any) -> None:
    checkpoint = self._checkpoint_connector.dump_checkpoint()
    loops = checkpoint["loops"]["fit_loop"]
    manual = loops["epoch_loop.manual_optimization.optim_step_progress"]
    step = loops["epoch_loop.automatic_optimization.optim_progress"]["optimizer"]["step"]
    for kind in ("total", "current"):
        step[kind], manual[kind] = manual[kind], step[kind]
    assert manual["total"]["completed"] == 0
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        torch.save(checkpoint, file)


def test_a_run_that_has_diverged_leaves_no_checkpoint_behind_the_step(
    short, tmp_path, monkeypatch
) -> None:
    whole_loss, calls = SuperResolution.whole_loss, iter(range(100))

    def broken(self: SuperResolution, *batch: torch.Tensor) -> torch.Tensor:
        loss = whole_loss(self, *batch)
        return loss * torch.nan if next(calls) == 8 else loss

    monkeypatch.setattr(SuperResolution, "whole_loss", broken)
    monkeypatch.setattr(SuperResolution, "on_before_optimizer_step", stopped_at(10))
    config = short(*LONG)
    with pytest.raises(Diverged) as diverged:
        train(config, "")
    assert diverged.value.step == 8
    folder = Run.of(config).folder
    assert (folder.status()["state"], folder.status()["step"], folder.saved) == ("diverged", 8, 6)
