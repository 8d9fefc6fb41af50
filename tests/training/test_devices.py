"""A GPU that is woken before a run begins, where one that is full stands in."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from shoal.system.variables import TURN
from shoal.training.devices import open_context


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A trainer's, which lets nobody in."""

    def zeros(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch, "zeros", zeros)
    device = SimpleNamespace(root_device=torch.device("cuda", 0))
    return SimpleNamespace(strategy=device, num_devices=1, num_nodes=1)


def test_a_run_that_waits_for_its_turn_need_not_get_on_its_gpu(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TURN, "3")
    open_context(gpu)


def test_a_run_that_begins_must(gpu: Any) -> None:
    with pytest.raises(torch.OutOfMemoryError):
        open_context(gpu)
