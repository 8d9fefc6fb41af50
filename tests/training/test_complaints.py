"""What Lightning and PyTorch say on every run; tests take a warning for an error."""

import warnings

import pytest
from lightning import Trainer

from shoal.training.complaints import without_chatter


def test_a_processor_that_is_asked_for_beside_a_gpu_is_no_complaint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = "lightning.pytorch.trainer.setup.CUDAAccelerator.is_available"
    monkeypatch.setattr(there, lambda: True)
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    with pytest.raises(UserWarning, match="GPU available but not used"):
        Trainer(accelerator="cpu", **quiet)
    with without_chatter():
        Trainer(accelerator="cpu", **quiet)


def test_a_stream_that_is_lightnings_choice_is_no_complaint() -> None:
    # As PyTorch says of several GPUs; Lightning's DDPStrategy makes the stream.
    words = "The AccumulateGrad node's stream does not match the stream of the node that produced"
    with without_chatter():
        warnings.warn(f"{words} the incoming gradient.", UserWarning, stacklevel=1)
