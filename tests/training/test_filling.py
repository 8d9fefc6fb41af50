"""Memory is filled before it is written to only where somebody else's code might read it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lightning import Trainer
from torch.utils import deterministic

from shoal.runs.config import RunConfig
from shoal.training import fit
from shoal.training.filling import left_unfilled
from shoal.training.run import train

Short = Callable[..., RunConfig]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether memory was filled, at each fit."""
    found: list[bool] = []
    genuine = Trainer.fit

    def watched(self: Trainer, *given: object, **named: object) -> None:
        found.append(deterministic.fill_uninitialized_memory)
        genuine(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "fit", watched)
    return found


def test_our_networks_train_on_memory_as_it_is(short: Short, seen: list[bool]) -> None:
    train(short(), "train.py")
    assert seen == [False]
    assert deterministic.fill_uninitialized_memory


def test_code_of_ones_own_trains_on_filled_memory(
    short: Short, seen: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_loss.py").write_text("from torch.nn import L1Loss as Own\n")
    monkeypatch.syspath_prepend(tmp_path)
    train(short("task.loss._target_=torch.nn.SmoothL1Loss"), "train.py")
    train(short("task.loss._target_=own_loss.Own"), "train.py")
    assert seen == [False, True]


@pytest.mark.parametrize("model", ["ees", "eeds_fast", "eeds", "lapsrn", "fsrcnn", "scn"])
def test_the_bits_are_the_same(short: Short, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (f"model={model}", "budget.batch_size=2", "budget.patch_size=12")
    digests = []
    for leave in (True, False):
        monkeypatch.setattr(fit, "left_unfilled", lambda _, leave=leave: left_unfilled(leave))
        folder = train(short(*words, "force=true"), "train.py")
        digests.append(folder.record()["weights_sha256"])
    assert digests[0] == digests[1]
