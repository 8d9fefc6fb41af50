"""An array's result is a tensor's, to the last bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from shoal.pictures import colour, levels, resample

STEPS: dict[str, Callable[[Any], Any]] = {
    "luma and chroma": colour.ycbcr,
    "and back": colour.rgb,
    "rounding": levels.rounded,
    "enlarging": lambda image: resample.upscale(image, 3),
    "shrinking": lambda image: resample.downscale(resample.crop(image, 2), 2),
    "MATLAB's integers": lambda image: resample.downscale_integers(resample.crop(image, 4), 4),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", [(5, 7), (64, 91)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_arrays_result_is_a_tensors_to_the_last_bit(step, size, dtype):
    levels = (np.random.default_rng(0).random((2, 3, *size)) * 300 - 20).astype(dtype)
    array, tensor = STEPS[step](levels), STEPS[step](torch.from_numpy(levels))
    assert array.dtype == dtype
    assert (array == tensor.numpy()).all()
