"""FSRCNN's weights: the authors' MATLAB files, and PyTorch's state dicts."""

from torch import Tensor

from shoal.importing.foreign import Content
from shoal.importing.layouts import (
    Converted,
    biases_of,
    cells,
    layers,
    of_columns,
    placed,
    tensor,
)

REACH = (
    4  # kernel entry k of pixel i adds to HR pixel scale * i + k - 4: the kernel of 9 is centred
)
BESIDE = 4  # layers beside the mappings


def of_matlab(content: Content, scale: int) -> Converted:
    """Convert what the authors' FSRCNN.m loads: cells `weights_conv`, `biases_conv`, `prelu_conv`.

    Kernels are columns `(inputs, k * k, outputs)`, the deconvolution's `(1, k * k, inputs)`. A
    layer's channels share one slope. At x3 the authors' demo compares the answer with HR one pixel
    further on (shave_x3); the converted kernel includes that shift.
    """
    kernels = [of_columns(flat) for flat in cells(content["weights_conv"])]
    biases = [tensor(bias).flatten() for bias in cells(content["biases_conv"])]
    slopes = [
        tensor(slope).flatten().expand(len(kernel)).clone()
        for slope, kernel in zip(cells(content["prelu_conv"]), kernels[:-1], strict=False)
    ]
    return _converted(kernels, biases, slopes, scale, "replicate", int(scale == 3))


def of_pytorch(content: Content, scale: int) -> Converted:
    """Convert convolutions, each with bias and slopes, and a `ConvTranspose2d` of padding 4."""
    found = layers(content)
    kernels, biases = [kernel for kernel, _ in found], biases_of(found)
    if any(len(vectors) < 2 for _, vectors in found[:-1]):
        raise ValueError("a convolution without slopes")
    slopes = [vectors[1].expand(len(kernel)).clone() for kernel, vectors in found[:-1]]
    return _converted(kernels, biases, slopes, scale, "zeros", 0)


def _converted(
    kernels: list[Tensor],
    biases: list[Tensor],
    slopes: list[Tensor],
    scale: int,
    border: str,
    offset: int,
) -> Converted:
    mappings = len(kernels) - BESIDE
    if mappings < 0:
        raise ValueError(f"fewer than {BESIDE} layers")
    convolutions = ["extract", "shrink", *(f"map.{n}" for n in range(mappings)), "expand"]
    tensors: dict[str, Tensor] = {}
    for name, kernel, bias, slope in zip(
        convolutions, kernels[:-1], biases[:-1], slopes, strict=True
    ):
        tensors |= {f"{name}.0.weight": kernel, f"{name}.0.bias": bias, f"{name}.1.weight": slope}
    deconvolution = placed(kernels[-1], scale + 2 * REACH, offset)
    tensors |= {"reconstruct.weight": deconvolution, "reconstruct.bias": biases[-1]}
    model = {
        "_target_": "shoal.models.fsrcnn.FSRCNN",
        "scale": scale,
        "features": len(kernels[0]),
        "shrunk": len(kernels[1]),
        "mappings": mappings,
        "reach": REACH,
        "grey": 0.0,
        "border": border,
    }
    return model, tensors
