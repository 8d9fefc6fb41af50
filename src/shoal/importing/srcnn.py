"""SRCNN's weights: the authors' MATLAB files, and PyTorch's state dicts."""

from torch import Tensor

from shoal.importing.foreign import Content
from shoal.importing.layouts import Converted, biases_of, layers, of_columns, tensor

NAMES = ("layers.0.0", "layers.1.0", "layers.2")


def of_matlab(content: Content, scale: int) -> Converted:
    """Convert what the authors' SRCNN.m loads: `weights_conv1` to 3, `biases_conv1` to 3.

    Kernels are columns `(k * k, 64)`, `(64, k * k, 32)` and `(32, k * k)`; the authors' code pads
    with the edge pixels.
    """
    first, second, third = (content[f"weights_conv{number}"] for number in (1, 2, 3))
    kernels = [of_columns(flat) for flat in (first[None], second, third[..., None])]
    biases = [tensor(content[f"biases_conv{number}"]).flatten() for number in (1, 2, 3)]
    return _converted(kernels, biases, scale, "replicate")


def of_pytorch(content: Content, scale: int) -> Converted:
    """Convert three convolutions with biases, in the file's order, which pad with zeros."""
    found = layers(content)
    return _converted([kernel for kernel, _ in found], biases_of(found), scale, "zeros")


def _converted(kernels: list[Tensor], biases: list[Tensor], scale: int, border: str) -> Converted:
    if len(kernels) != len(NAMES):
        raise ValueError(f"{len(kernels)} convolutions, not {len(NAMES)}")
    tensors: dict[str, Tensor] = {}
    for name, kernel, bias in zip(NAMES, kernels, biases, strict=True):
        tensors |= {f"{name}.weight": kernel, f"{name}.bias": bias}
    model = {
        "_target_": "shoal.models.cnn.SRCNN",
        "scale": scale,
        "middle": kernels[1].shape[-1],
        "grey": 0.0,
        "border": border,
    }
    return model, tensors
