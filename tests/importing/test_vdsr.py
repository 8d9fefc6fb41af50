"""VDSR's published weights: what others' code computes, ours computes of the same file."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat
from torch import nn

from helpers.matlab import vl_nnconv
from helpers.published import LR, enlarged, ours, row
from shoal.cli.import_weights import import_weights as command
from shoal.pictures.resample import upscale


def test_vdsrs_matlab_file_is_the_network_of_its_demo(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    shapes = (3, 3, 1, 64), (3, 3, 64, 64), (3, 3, 64, 1)
    filters = [rng.normal(size=s) * 0.1 for s in shapes]
    biases = [rng.normal(size=s[-1]) * 0.1 for s in shapes]
    model = {"weight": row(filters), "bias": row([bias[:, None] for bias in biases])}
    savemat(tmp_path / "vdsr.mat", {"model": model})
    bicubic = np.moveaxis(enlarged(3), 0, -1)
    features = vl_nnconv(bicubic, filters[0], biases[0])
    for number in (1, 2):
        features = vl_nnconv(np.maximum(features, 0), filters[number], biases[number])
    theirs = (features + bicubic)[..., 0]
    assert ours("vdsr", tmp_path / "vdsr.mat", 3) == pytest.approx(theirs, abs=1e-4)


def test_vdsrs_state_dict_is_read_whatever_its_layers_are_called(tmp_path: Path) -> None:
    layers = [nn.Conv2d(i, o, 3, padding=1, bias=False) for i, o in ((1, 64), (64, 64), (64, 1))]
    named = zip(("middle.0", "input", "output"), (layers[1], layers[0], layers[2]), strict=True)
    state = {f"{name}.weight": layer.weight.detach() for name, layer in named}
    torch.save({"epoch": 50, "state_dict": state}, tmp_path / "vdsr.pth")
    bicubic = upscale(LR, 2)
    with torch.no_grad():
        theirs = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])(bicubic)
    expected = (theirs + bicubic)[0, 0].numpy()
    assert ours("vdsr", tmp_path / "vdsr.pth", 2) == pytest.approx(expected, abs=1e-5)


@pytest.mark.data
def test_with_weights_of_zero_vdsr_scores_what_bicubic_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = {"first": torch.zeros(64, 1, 3, 3), "last": torch.zeros(1, 64, 3, 3)}
    torch.save(state, tmp_path / "zero.pt")
    written = tmp_path / "zero.safetensors"
    command("vdsr", tmp_path / "zero.pt", 2, written, score=["Set5"])
    said = capsys.readouterr().out
    assert said.endswith("Set5: 33.66 dB\n")  # none has published scores of a VDSR of two layers
