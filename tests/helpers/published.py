"""Weights as others publish them, and what ours make of them."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import savemat

from helpers.matlab import columns, deconv, imfilter
from shoal.importing.convert import import_weights
from shoal.models import weights
from shoal.pictures.resample import upscale

LR = torch.rand(1, 1, 5, 6, generator=torch.Generator().manual_seed(0))
PLANE = LR[0].double().numpy()  # (1, h, w)


def normal(rng: np.random.Generator, *shape: int) -> NDArray[Any]:
    """Kernels that keep what they are given about as large."""
    inputs = shape[1] if len(shape) == 4 and shape[0] != shape[1] < 9 else max(shape[:2])
    return rng.normal(size=shape) * 0.5 / (inputs * shape[-1])


def ours(system: str, file: Path, scale: int, lr: torch.Tensor = LR) -> NDArray[Any]:
    """What our network makes of LR with a file's weights, `(H, W)`."""
    output = file.with_name("ours.safetensors")
    import_weights(system, file, output, scale, force=True)
    network, facts = weights.load(output)
    assert facts["name"].startswith(system)
    assert (facts["scale"], facts["source"]["file"]) == (scale, file.name)
    with torch.no_grad():
        sr: NDArray[Any] = network(lr)[0, 0].numpy()
    return sr


def enlarged(scale: int) -> NDArray[Any]:
    """MATLAB's bicubic picture, `(1, H, W)`."""
    return upscale(LR.double(), scale)[0].numpy()


def row(arrays: list[Any]) -> NDArray[Any]:
    """A cell array."""
    cell = np.empty((1, len(arrays)), dtype=object)
    for number, each in enumerate(arrays):
        cell[0, number] = each
    return cell


def fsrcnn_matlab(rng: np.random.Generator, path: Path, scale: int) -> NDArray[Any]:
    """Writes FSRCNN(6, 3, 2) as its authors keep it; what their FSRCNN.m makes of LR."""
    shapes = (6, 1, 5, 5), (3, 6, 1, 1), (3, 3, 3, 3), (3, 3, 3, 3), (6, 3, 1, 1)
    kernels = [normal(rng, *shape) for shape in shapes]
    biases = [rng.normal(size=shape[0]) * 0.1 for shape in shapes]
    slopes, last = [0.1, 0.2, -0.3, 0.4, 0.5], normal(rng, 6, 1, 9, 9)
    content = {
        "weights_conv": row([*map(columns, kernels), columns(last)]).T,
        "biases_conv": row([*(bias[:, None] for bias in biases), 0.05]).T,
        "prelu_conv": row([*slopes]).T,
    }
    savemat(path, content)
    planes = PLANE
    for kernel, bias, slope in zip(kernels, biases, slopes, strict=True):
        planes = imfilter(planes, kernel, bias)
        planes = np.maximum(planes, 0) + slope * np.minimum(planes, 0)
    return 0.05 + sum(deconv(p, k[0], scale) for p, k in zip(planes, last, strict=True))
