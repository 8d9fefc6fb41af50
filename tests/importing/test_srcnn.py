"""SRCNN's published weights: what its authors' code computes, ours computes of the same file."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from helpers.matlab import columns, imfilter
from helpers.published import enlarged, normal, ours


@pytest.mark.parametrize("middle", [5, 1])
def test_srcnns_matlab_file_is_the_network_of_its_demo(
    rng: np.random.Generator, tmp_path: Path, middle: int
) -> None:
    shapes = (64, 1, 9, 9), (32, 64, middle, middle), (1, 32, 5, 5)
    kernels = [normal(rng, *shape) for shape in shapes]
    biases = [rng.normal(size=shape[0]) * 0.1 for shape in shapes]
    first, second, third = map(columns, kernels)
    content = {"weights_conv1": first[0], "weights_conv2": second, "weights_conv3": third[..., 0]}
    content |= {f"biases_conv{n + 1}": bias[:, None] for n, bias in enumerate(biases)}
    savemat(tmp_path / "x2.mat", content)
    planes = enlarged(2)
    for number in (0, 1):
        planes = np.maximum(imfilter(planes, kernels[number], biases[number]), 0)
    (theirs,) = imfilter(planes, kernels[2], biases[2])
    assert ours("srcnn", tmp_path / "x2.mat", 2) == pytest.approx(theirs, abs=1e-5)
