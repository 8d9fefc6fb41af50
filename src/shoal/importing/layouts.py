"""Others' layouts of kernels, converted to PyTorch's: `(outputs, inputs, k, k)`.

MATLAB's `imfilter`, MatConvNet's `vl_nnconv` and PyTorch all compute correlations, so no kernel is
flipped. Only the order of axes differs.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[Any]
Converted = tuple[dict[str, Any], dict[str, Tensor]]  # a network's config, and its weights
Layer = tuple[Tensor, list[Tensor]]  # a kernel, and its vectors: bias, slopes


def tensor(values: Any) -> Tensor:
    """Numbers as float32.

    Raises:
        ValueError: some aren't numbers, or not finite.
    """
    if not isinstance(values, Tensor):
        values = torch.from_numpy(np.array(values, dtype=np.float32))
    found = values.detach().float()
    if not bool(found.isfinite().all()):
        raise ValueError("not all of its values are finite")
    return found


def of_columns(flat: Array) -> Tensor:
    """Kernels from columns `(inputs, k * k, outputs)` that MATLAB's `reshape` turns into squares.

    MATLAB's order is column-major: entry `y + k * x` is row y, column x.
    """
    inputs, length, outputs = flat.shape
    side = math.isqrt(length)
    kernels = flat.reshape(inputs, side, side, outputs, order="F")
    return tensor(kernels.transpose(3, 0, 1, 2))


def of_matconvnet(filters: Array) -> Tensor:
    """Kernels from MatConvNet's `(k, k, inputs, outputs)`; MATLAB drops last axes of length 1.

    For `vl_nnconvt` the third axis is the outputs and the fourth the inputs, so the result has the
    layout of `nn.ConvTranspose2d`.
    """
    whole = filters.reshape(filters.shape + (1,) * (4 - filters.ndim))
    return tensor(whole.transpose(3, 2, 0, 1))


def cells(array: Array) -> list[Any]:
    """The contents of a cell array, which is a row or a column."""
    return list(array.ravel())


def placed(kernel: Tensor, side: int, offset: int) -> Tensor:
    """A kernel `(..., k, k)` padded with zeros to a side, its first row and column at `offset`.

    Raises:
        ValueError: it isn't square, or doesn't fit.
    """
    if kernel.shape[-1] != kernel.shape[-2] or not 0 <= offset <= side - kernel.shape[-1]:
        raise ValueError(f"a kernel of {tuple(kernel.shape[-2:])} doesn't fit into {side}")
    larger = kernel.new_zeros(*kernel.shape[:-2], side, side)
    end = offset + kernel.shape[-1]
    larger[..., offset:end, offset:end] = kernel
    return larger


def biases_of(layers: Sequence[Layer]) -> list[Tensor]:
    """The bias of each layer.

    Raises:
        ValueError: one has none.
    """
    if not all(vectors for _, vectors in layers):
        raise ValueError("a convolution without biases")
    return [vectors[0] for _, vectors in layers]


def layers(state: Mapping[str, Tensor]) -> list[Layer]:
    """The layers of a state dict, in its order."""
    found: list[Layer] = []
    for value in state.values():
        if value.ndim == 4:
            found.append((tensor(value), []))
        elif value.ndim == 1 and found:
            found[-1][1].append(tensor(value))
    return found
