"""What is compared is computed in full precision, with all that makes it quick."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from shoal.data.sets import folder_set
from shoal.evaluation.benchmark import score
from shoal.models.bicubic import Bicubic
from shoal.models.precision import full_precision
from shoal.models.speed import seconds_per_megapixel
from shoal.upscale import cuda
from shoal.upscale.cuda import runtime

CPU = torch.device("cpu")


def settings() -> tuple[bool, ...]:
    cudnn = torch.backends.cudnn
    half = torch.is_autocast_enabled("cpu")
    return cudnn.enabled, cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32, half


class Asking(nn.Module):
    """Bicubic that notes in which precision it is used."""

    def __init__(self) -> None:
        super().__init__()
        self.bicubic = Bicubic(2)
        self.seen: set[tuple[bool, ...]] = set()

    def forward(self, lr: Tensor) -> Tensor:
        self.seen.add(settings())
        return self.bicubic(lr)  # type: ignore[no-any-return]


@pytest.mark.parametrize("deterministic", [True, False])
def test_only_what_shortens_numbers_is_off(
    monkeypatch: pytest.MonkeyPatch, deterministic: bool
) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", deterministic)
    before = settings()
    assert before == (True, deterministic, False, True, False)
    with torch.autocast("cpu"), full_precision(CPU):
        assert settings() == (True, deterministic, False, False, False)
    assert settings() == before


def test_scores_speed_and_pictures_are_of_full_precision(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 40), 9, np.uint8)).save(tmp_path / "grey.png")
    network = Asking()
    with torch.autocast("cpu"):
        score(network, [folder_set(tmp_path, "photos")], tmp_path, "classic", 2)
        seconds_per_megapixel(network, [torch.zeros(1, 1, 8, 8)])
        runtime(network, CPU)(torch.zeros(1, 1, 8, 8))
    assert network.seen == {(True, False, False, False, False)}
    runtime(network, CPU, torch.bfloat16)(torch.zeros(1, 1, 8, 8))
    assert (True, False, False, False, True) in network.seen


def test_what_is_taken_off_a_picture_of_one_level_is_of_full_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = Asking()
    monkeypatch.setattr(cuda.weights, "load", lambda path, trust: (network, {"scale": 2}))
    monkeypatch.setattr(cuda, "reach", lambda network: 2)
    monkeypatch.setattr(cuda, "layer_bytes", lambda network: 4)
    cuda.ready(Path("some.safetensors"), device=CPU)
    assert network.seen == {(True, False, False, False, False)}
