"""What a run says at its start, and how its status moves while it works."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from helpers.grids import until
from shoal.runs.folder import RunFolder
from shoal.system.signals import Stopped
from shoal.training.callbacks import pulse
from shoal.training.module import SuperResolution

Train = Callable[..., RunFolder]


def test_a_run_says_with_what_it_is_made_how_long_it_is_and_from_where_it_goes_on(
    train: Train, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stops(self: SuperResolution, *_: object) -> None:
        if self.global_step == 7:  # which is seen after this step, the eighth
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(SuperResolution, "on_before_optimizer_step", stops)
        with pytest.raises(Stopped):
            train()
    first, second, *_ = capsys.readouterr().out.splitlines()
    size = "ees, 7,449 parameters, 9,036 MACs per LR pixel"
    assert re.fullmatch(rf"ees-x3-s0-\w+: {size}; cpu \(.+\), \d+ threads?, 32-true", first)
    of = "trained on 2 pictures (folder), validated on 1, tested on 1"
    assert second == f"{of}; 20 steps of 2 patches of 24 x 24"

    folder = train()
    said = capsys.readouterr().out
    assert f"{of}; 20 steps of 2 patches of 24 x 24; resumes at step 8\n" in said
    assert (folder.path / "log.txt").read_text().endswith(said)
    train("seed=1")
    assert re.search(r"24 x 24; about \d+ s\n", capsys.readouterr().out)


def test_test_pictures_that_are_trained_on_are_warned_of(
    train: Train, small_pictures: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_pictures[1].removeprefix("data.train=")
    train(f"data.test=[{{seen: {folder}}}]")
    assert "note: 2 of seen's test pictures are trained on too\n" in capsys.readouterr().out
    train("seed=1")
    assert "trained on too" not in capsys.readouterr().out


@pytest.mark.parametrize("fast", [True, False])
def test_bfloat16_on_a_processor_that_is_slow_in_it_is_warned_of(
    train: Train, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fast: bool
) -> None:
    asked = "_is_mkldnn_bf16_supported"  # missing where PyTorch is built without oneDNN
    monkeypatch.setattr(torch.ops.mkldnn, asked, lambda: fast, raising=False)
    train("trainer.precision=bf16-mixed")
    assert ("32-true\n" in capsys.readouterr().out) is not fast
    train("trainer.precision=32-true")
    assert "note:" not in capsys.readouterr().out


def test_the_status_of_a_run_moves_and_never_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pulse.BEAT < 10
    monkeypatch.setattr(pulse, "BEAT", 0.01)
    folder = RunFolder(tmp_path)
    folder.set_status("running", step=3)
    with pulse.Pulse(folder, 3) as beating:
        beating.step = 5
        until(lambda: folder.status()["step"] == 5)
        folder.set_status("finished", step=9)
        time.sleep(0.1)
    assert (folder.status()["state"], folder.status()["step"]) == ("finished", 9)
