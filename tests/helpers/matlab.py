"""What MATLAB and MatConvNet compute, written down a second time: literally, for small pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[Any]


def columns(kernels: Array) -> Array:
    """`(outputs, inputs, k, k)` as saveFilters.m keeps it: `(inputs, k * k, outputs)`."""
    outputs, inputs = kernels.shape[:2]
    kept = np.empty((inputs, kernels[0, 0].size, outputs))
    for j in range(inputs):
        for i in range(outputs):
            kept[j, :, i] = kernels[i, j].ravel(order="F")  # temp(:)
    return kept


def imfilter(planes: Array, kernels: Array, biases: Array) -> Array:
    """Planes `(C, H, W)` by kernels `(K, C, k, k)`, 'same', 'replicate'."""
    return np.stack(
        [
            bias + sum(map(nearest, planes, kernel))
            for kernel, bias in zip(kernels, biases, strict=True)
        ]
    )


def nearest(plane: Array, kernel: Array) -> Array:
    """One plane by one kernel, the edge repeated."""
    filtered: Array = ndimage.correlate(plane, kernel, mode="nearest")
    return filtered


def deconv(plane: Array, kernel: Array, stride: int) -> Array:
    """FSRCNN's deconv.m: the input's edge once around, each pixel adds the kernel, the middle."""
    padded = np.pad(plane, 1, mode="edge")
    side = len(kernel)
    output = np.zeros([stride * n + side - 1 for n in padded.shape])
    for (i, j), value in np.ndenumerate(padded):
        output[i * stride : i * stride + side, j * stride : j * stride + side] += value * kernel
    begin = (side + 1) // 2 + stride - 1
    height, width = (stride * n for n in plane.shape)
    return output[begin : begin + height, begin : begin + width]


def vl_nnconv(planes: Array, filters: Array, biases: Array) -> Array:
    """Planes `(H, W, C)` by filters `(k, k, C, K)`, padded by k / 2 zeros."""
    answers = []
    for number, bias in enumerate(biases):
        parts = (
            ndimage.correlate(planes[..., c], filters[..., c, number], mode="constant")
            for c in range(planes.shape[2])
        )
        answers.append(bias + sum(parts))
    return np.stack(answers, axis=-1)


def vl_nnconvt(planes: Array, filters: Array, biases: Array, crop: tuple[int, int]) -> Array:
    """Planes `(H, W, D)` by filters `(k, k, K, D)`, upsampled by 2, cropped before and after."""
    height, width, inputs = planes.shape
    side, outputs = filters.shape[0], filters.shape[2]
    output = np.zeros((2 * (height - 1) + side, 2 * (width - 1) + side, outputs))
    for i in range(height):
        for j in range(width):
            for d in range(inputs):
                block = output[2 * i : 2 * i + side, 2 * j : 2 * j + side]
                block += planes[i, j, d] * filters[..., d]
    before, after = crop
    rows, cols = output.shape[:2]
    return output[before : rows - after, before : cols - after] + biases
