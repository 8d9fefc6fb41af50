"""VDSR's weights: MATLAB files as its authors' test code loads them, and PyTorch's state dicts."""

import torch
from torch import Tensor

from shoal.importing.foreign import Content
from shoal.importing.layouts import Converted, cells, layers, of_matconvnet, tensor


def of_matlab(content: Content, scale: int) -> Converted:
    """Convert a struct `model` of cells `weight`, MatConvNet's kernels, and `bias`, by layer."""
    model = content["model"][0, 0]
    kernels = [of_matconvnet(filters) for filters in cells(model["weight"])]
    biases = [tensor(bias).flatten() for bias in cells(model["bias"])]
    return _converted(kernels, biases, scale)


def of_pytorch(content: Content, scale: int) -> Converted:
    """Convert convolutions, of which the first and the last are known by their shapes.

    Some files hold these two after all others. Missing biases are zero.
    """
    found = layers(content)
    middle = [layer for layer in found if 1 not in layer[0].shape[:2]]
    first = [layer for layer in found if layer[0].shape[1] == 1 != layer[0].shape[0]]
    last = [layer for layer in found if layer[0].shape[0] == 1 != layer[0].shape[1]]
    if not first:
        raise ValueError("no convolution from one channel to several")
    if not last:
        raise ValueError("no convolution from several channels to one")
    if len(middle) + 2 != len(found):
        raise ValueError("more than two convolutions with one channel")
    ordered = [*first, *middle, *last]
    kernels = [kernel for kernel, _ in ordered]
    biases = [vectors[0] if vectors else torch.zeros(len(kernel)) for kernel, vectors in ordered]
    return _converted(kernels, biases, scale)


def _converted(kernels: list[Tensor], biases: list[Tensor], scale: int) -> Converted:
    depth, tensors = len(kernels), dict[str, Tensor]()
    for number, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        name = f"layers.{number}" + (".0" if number < depth - 1 else "")
        tensors |= {f"{name}.weight": kernel, f"{name}.bias": bias}
    model = {"_target_": "shoal.models.vdsr.VDSR", "scale": scale, "depth": depth, "grey": 0.0}
    return model, tensors
