"""Callbacks of Lightning's and of the user's, and runs that look for mistakes."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor

from helpers.composing import configured, options
from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.identity import Content, run_id
from shoal.runs.run import Run
from shoal.training.callbacks.checkpoints import Checkpoints
from shoal.training.ingredients import build_callbacks
from shoal.training.run import train

CONTENT = Content("d" * 64)
OWN = f"{{_target_: {__name__}.Recorder}}"
STOPPING = "{_target_: lightning.pytorch.callbacks.EarlyStopping, monitor: val/psnr, mode: max,"


class Recorder(Callback):
    """Keeps what it sees."""

    seen: list[Tensor]  # the HR patches of each step
    others: list[Any]

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        Recorder.seen, Recorder.others = [], list(trainer.callbacks)  # type: ignore[attr-defined]

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        Recorder.seen.append(batch[1].clone())


def test_a_callback_works_after_ours_and_changes_no_bit_by_being_there(short) -> None:
    plain = train(short(), "")
    own = train(short(f"+callbacks.mine={OWN}"), "")
    assert own.id != plain.id
    assert len(Recorder.seen) == 4
    names = [type(each).__name__ for each in Recorder.others]
    assert names[:5] == ["Curve", "Mirror", "ProgressBar", "Pulse", "Recorder"]
    assert isinstance(
        Recorder.others[-1], Checkpoints
    )  # Lightning puts these last, for their state
    assert own.record()["weights_sha256"] != plain.record()["weights_sha256"]  # they hold the id
    curves = [[row["val/psnr"] for row in folder.rows("curve.csv")] for folder in (own, plain)]
    assert curves[0] == curves[1]


class Watching(Callback):
    """Counts what happens within steps."""

    counts: Counter[str]

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        Watching.counts = Counter()

    def on_before_zero_grad(self, *_: Any) -> None:
        Watching.counts["before zero_grad"] += 1

    def on_after_backward(self, trainer: Trainer, pl_module: LightningModule) -> None:
        assert all(each.grad is not None for each in pl_module.parameters())
        Watching.counts["after backward"] += 1

    def on_before_optimizer_step(self, *_: Any) -> None:
        Watching.counts["before the optimiser"] += 1


def test_a_callback_looks_into_each_step_and_changes_no_bit_by_that(short) -> None:
    watched = train(short(f"+callbacks.mine={{_target_: {__name__}.Watching}}"), "")
    assert set(Watching.counts.values()) == {4}
    assert len(Watching.counts) == 3
    runs = watched, train(short(), "")
    curves = [[row["val/psnr"] for row in run.rows("curve.csv")] for run in runs]
    assert curves[0] == curves[1]


def test_callbacks_enter_the_name_of_what_is_trained_alone() -> None:
    some, other = f"+callbacks.mine={OWN}", "callbacks=lr_monitor"
    names = {run_id(configured(*each), CONTENT) for each in ([], [some], [other], [some, other])}
    assert len(names) == 4
    untrained = configured("model=bicubic", some)
    assert run_id(untrained, CONTENT) == run_id(configured("model=bicubic"), CONTENT)
    assert build_callbacks(untrained) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{_target_: torch.nn.ReLU}", "callbacks.mine is no lightning.Callback but a ReLU"),
        (f"{{_target_: {__name__}.Recordr}}", r"callbacks\.mine can't be built: .*Recordr"),
        (f"{{_target_: {__name__}.Recorder, x: 1}}", r"callbacks\.mine can't be built: TypeError"),
        ("{x: 1}", "callbacks.mine=.* has no _target_ to build"),
        ("lr_monitor", r"callbacks\.mine=lr_monitor is no recipe"),
    ],
)
def test_what_is_no_callback_is_refused_before_the_folder_is_made(
    short, tmp_path: Path, entry: str, words: str
) -> None:
    with pytest.raises(UserError, match=words):
        train(short(f"+callbacks.mine={entry}"), "")
    assert not (tmp_path / "runs").exists()


def test_a_run_that_a_callback_ends_early_is_not_taken_for_a_whole_one(short) -> None:
    stopping = f"+callbacks.early={STOPPING} patience: 1, min_delta: 100}}"
    config = short(stopping, "budget.val_every=1", "budget.max_steps=9")
    with pytest.raises(UserError, match=r"training ended after \d of 9 steps, by callbacks\.early"):
        train(config, "")
    assert Run.of(config).folder.status()["state"] == "failed"


def test_what_lightning_refuses_of_a_callback_is_one_line(short) -> None:
    with pytest.raises(UserError, match=r"callbacks\.lr_monitor can't work in this run: Misconf"):
        train(short("callbacks=lr_monitor"), "")


@pytest.mark.parametrize("debug", options("debug"))
def test_a_run_that_looks_for_mistakes_stands_apart(short, tmp_path: Path, debug: str) -> None:
    config = short(f"debug={debug}")
    run, real = Run.of(config), Run.of(short("budget.name=debug"))
    assert run.folder.path.parent == tmp_path / "runs" / ".debug"
    assert config.paths.experiments == Path("reports/.debug")
    assert (config.force, config.logger, config.budget.name) == (True, {}, "debug")
    plain = configured("model=espcn", f"debug={debug}")
    ours = {f"budget.{key}={value}" for key, value in vars(plain.budget).items()}
    same = configured("model=espcn", *(text.replace("None", "null") for text in ours))
    assert vars(same.budget) == vars(plain.budget)
    assert run_id(same, CONTENT) != run_id(plain, CONTENT)
    assert real.folder.id != run.folder.id


def test_fast_is_made_anew_each_time_and_says_that_its_numbers_are_nothing(
    short, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = short("debug=fast", "budget.max_steps=1", "budget.val_every=1")
    for _ in range(2):
        folder = train(config, "")
        said = capsys.readouterr().out
        assert f"debug=fast: {folder.path} is apart from real runs" in said
        assert "reused" not in said
    assert RunConfig.of(configured_again(folder.path)).paths.runs == folder.path.parent
    assert not list((tmp_path / "runs").glob("*/record.json"))


def configured_again(folder: Path) -> Any:
    from omegaconf import OmegaConf

    return OmegaConf.load(folder / "config.yaml")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("debug.trainer=fast", "debug.trainer=fast is no recipe"),
        ("+debug.trainer.max_steps=3", "debug.trainer.max_steps is not for debugging"),
        ("debug.name=", "debug.name= is not a word"),
    ],
)
def test_what_debugging_has_not_is_refused(override: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        configured("debug=fast", override)


def test_overfit_gives_the_same_batch_at_each_step(short) -> None:
    seen = train(short("debug=overfit", "budget.max_steps=4", f"+callbacks.mine={OWN}"), "")
    assert len(Recorder.seen) == 4
    assert all(torch.equal(batch, Recorder.seen[0]) for batch in Recorder.seen)
    # With nobody to look, steps come in blocks, which would hold other batches.
    alone = train(short("debug=overfit", "budget.max_steps=4"), "")
    curves = [[row["val/psnr"] for row in folder.rows("curve.csv")] for folder in (alone, seen)]
    assert curves[0] == curves[1]


def test_the_profile_is_in_the_runs_folder(short) -> None:
    folder = train(short("debug=profiler", "budget.max_steps=2", "budget.val_every=2"), "")
    assert "run_training_batch" in (folder.path / "fit-profile.txt").read_text()


def test_lightnings_own_checkpoint_works_beside_ours(short, tmp_path: Path) -> None:
    saver = (
        f"{{_target_: lightning.pytorch.callbacks.ModelCheckpoint, dirpath: {tmp_path / 'own'}}}"
    )
    folder = train(short(f"+callbacks.saver={saver}"), "")
    assert folder.finished
    assert not folder.checkpoints.exists()
    assert len(list((tmp_path / "own").glob("*.ckpt"))) == 1
