"""The devices and precisions that a run may have, and a GPU that is woken before it begins."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from helpers.composing import configured
from shoal.data.module import Pictures
from shoal.errors import UserError
from shoal.runs.run import Run
from shoal.system.variables import TURN
from shoal.training.devices import check_devices, open_context
from shoal.training.ingredients import open_pictures


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (("trainer.devices=3",), "batch_size=2 can't be shared by 3 devices: take a multiple"),
        (("trainer.devices=1", "trainer.num_nodes=2"), "num_nodes=2 needs torchrun or Slurm"),
        *(
            ((f"trainer.precision={other}",), f"precision={other} is not supported: choose")
            for other in ("64-true", "bf16-true", "16-true", "32", "half")
        ),
        (("trainer.precision=16-mixed",), "precision=16-mixed is not available on this device"),
        (("trainer.devices=0",), "trainer can't be built here"),
    ],
)
def test_devices_that_cannot_train_together_are_refused_and_nothing_is_made(
    train, tmp_path, overrides, words
):
    with pytest.raises(UserError, match=words):
        train("trainer=ddp_cpu", *overrides)
    assert not (tmp_path / "runs").exists()


def test_more_processes_than_devices_are_refused(train, monkeypatch):
    torchrun = {"TORCHELASTIC_RUN_ID": "x", "WORLD_SIZE": "4", "RANK": "0", "LOCAL_RANK": "0"}
    for name, value in torchrun.items():
        monkeypatch.setenv(name, value)
    for trainer in ("cpu", "ddp_cpu"):
        with pytest.raises(UserError, match="processes, but 4 were started: make them equal"):
            train(f"trainer={trainer}")


def test_all_gpus_of_a_machine_are_one_word():
    cfg = configured("trainer=ddp")
    assert (cfg.trainer["accelerator"], cfg.trainer["devices"]) == ("gpu", "auto")
    assert check_devices(configured("trainer=ddp_cpu", "budget=smoke")).world_size == 2


def test_bfloat16_trains_and_is_validated_in_full_precision(train, cache, small_pictures):
    from shoal.evaluation.validation import Validation
    from shoal.models import weights

    folder = train("trainer.precision=bf16-mixed")
    record = folder.record()
    assert record["precision"] == "bf16-mixed"
    assert record["id"] != train().id
    config = configured("budget=smoke", "model=ees", f"paths.cache={cache}", *small_pictures)
    validation = Validation(3, ())
    network = weights.load(folder.weights)[0].eval()
    with torch.inference_mode():
        for lr, hr in Pictures(open_pictures(Run.of(config)).val).all():
            validation.update(network(lr), hr, {})
    # Under bfloat16 the picture would be off by up to half a level of 256.
    assert validation.compute()["val/psnr"] == pytest.approx(record["val"]["final_psnr"], abs=1e-5)


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
