"""What a finished run leaves, whoever watches it and wherever it was trained."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.pytorch.loggers.logger import DummyLogger
from lightning.pytorch.strategies import SingleDeviceStrategy

from shoal.models.profile import device_of
from shoal.runs.config import RunConfig
from shoal.runs.run import Run
from shoal.system.signals import Stop
from shoal.training import finish, loggers
from shoal.training.agreement import Agreement
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients
from shoal.training.ranks import Ranks
from shoal.training.run import train
from shoal.training.shown import summary

Short = Callable[..., RunConfig]


class Board(DummyLogger):
    """A dashboard whose server is away when it is shown the scores."""

    closed: list[int]

    def __init__(self, **_: Any) -> None:
        super().__init__()
        Board.closed = []

    def log_config(self, config: Mapping[str, Any]) -> None:
        """As if it could."""

    def log_samples(self, step: int, paths: Mapping[str, Path]) -> None:
        raise ConnectionError("no server")

    log_scores = log_summary = log_samples

    def close(self, exit_code: int) -> None:
        Board.closed.append(exit_code)


def test_a_dashboard_that_fails_at_the_end_costs_no_record(
    short: Short, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(finish, "dashboards", lambda loggers: [Board()])
    folder = train(short(), "")
    assert (folder.finished, folder.state()) == (True, "finished")
    assert "note: Board lacks the scores: ConnectionError: no server" in capsys.readouterr().out


def test_of_two_loggers_the_first_is_closed_where_the_second_can_not_begin(
    short: Short, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = iter([Board, None])
    config = short("logger=[csv,tensorboard]")
    monkeypatch.setattr(loggers, "instantiate", lambda *_, **given: next(entries)(**given))  # type: ignore[misc]
    with pytest.raises(TypeError), loggers.open_loggers(Run.of(config), "now"):
        pass
    assert Board.closed == [1]


def test_what_stands_for_a_run_is_of_its_own_protocol() -> None:
    facts = dict.fromkeys(("parameters", "macs_per_lr_pixel", "seconds", "resumed"), 1)
    scores = {"classic": {"psnr": 30.0, "images": 5}, "rgb": {"psnr": 31.0, "images": 5}}
    record = facts | {"dead_channels": None, "val": {}, "scores": {"Set5": scores}}
    for protocol, psnr in (("classic", 30.0), ("rgb", 31.0)):
        assert summary(record, protocol)["test/Set5/psnr"] == psnr


def test_a_network_is_scored_where_it_was_trained(
    short: Short, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lightning brings it to the processor; `meta` stands for a GPU."""
    leave = SingleDeviceStrategy.teardown

    def left(self: SingleDeviceStrategy) -> None:
        leave(self)
        self._root_device = torch.device("meta")

    monkeypatch.setattr(SingleDeviceStrategy, "teardown", left)
    run = Run.of(short())
    run.folder.create()
    fitted = fit(run, Ingredients.of(run), [], Agreement(Ranks(), Stop()), None)
    assert fitted.device.type == device_of(fitted.network).type == "meta"
