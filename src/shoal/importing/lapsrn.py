"""LapSRN's weights: the authors' MATLAB files, which hold a network of MatConvNet."""

import torch
from torch import Tensor

from shoal.importing.foreign import Content
from shoal.importing.layouts import Converted, of_matconvnet, placed, tensor

# Kernel entry k of pixel i adds to HR pixel 2 i + k in the authors' deconvolution, of kernel 3 and
# cropped only at the bottom and the right; and to 2 i + k - 1 in ours, of kernel 4 and padding 1.
OFFSET = 1


def of_matlab(content: Content, scale: int) -> Converted:
    """Convert a struct `net` with `params` named as in init_LapSRN_model.m; level1 is the last."""
    params = {
        str(each["name"].item()): each["value"] for each in content["net"][0, 0]["params"].ravel()
    }
    levels = sum(f"level{number}_residual_conv_f" in params for number in range(1, 9))
    depth = sum(f"level1_conv{number}_f" in params for number in range(1, 99))
    if levels != (scale - 1).bit_length():
        raise ValueError(f"its {levels} levels enlarge by {2**levels}")
    tensors = _convolution(params, "input_conv", "extract.0")
    for number in range(levels):
        tensors |= _level(params, f"level{levels - number}", f"levels.{number}", depth)
    model = {
        "_target_": "shoal.models.lapsrn.LapSRN",
        "scale": scale,
        "depth": depth,
        "grey": 0.0,
    }
    return model, tensors


def _level(params: Content, theirs: str, ours: str, depth: int) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for number in range(depth):
        name = f"{ours}.deepen.{number}.0"
        tensors |= _convolution(params, f"{theirs}_conv{number + 1}", name)
    up = _convolution(params, f"{theirs}_upconv", f"{ours}.enlarge.0")
    weight = f"{ours}.enlarge.0.weight"
    up[weight] = placed(up[weight], 2 + 2, OFFSET)
    picture = of_matconvnet(params[f"{theirs}_img_up_f"])
    return (
        tensors
        | up
        | _convolution(params, f"{theirs}_residual_conv", f"{ours}.residual")
        | {f"{ours}.picture.weight": picture, f"{ours}.picture.bias": torch.zeros(1)}
    )


def _convolution(params: Content, theirs: str, ours: str) -> dict[str, Tensor]:
    return {
        f"{ours}.weight": of_matconvnet(params[f"{theirs}_f"]),
        f"{ours}.bias": tensor(params[f"{theirs}_b"]).flatten(),
    }
