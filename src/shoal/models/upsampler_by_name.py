"""The upsampler that a config asks for: one of ours by its name, or one of the user's own."""

from collections.abc import Callable

import torch
from torch import nn

from shoal.errors import UserError, first_line, unknown
from shoal.models.upsamplers import Deconvolution, Nearest, Subpixel, Unpooling

PROBE = (8, 9)  # height and width of the features that the user's own upsampler is tried on
UPSAMPLERS: dict[str, type[nn.Module]] = {
    "deconvolution": Deconvolution,
    "unpooling": Unpooling,
    "subpixel": Subpixel,
    "nearest": Nearest,
}

# Makes a layer from input channels, output channels and scale: a class, or a partial of one.
Maker = Callable[[int, int, int], nn.Module]


def build(kind: str | Maker, inputs: int, outputs: int, scale: int) -> nn.Module:
    """Build one of our upsamplers by its name, or anybody's by its class.

    Args:
        kind: a key of `UPSAMPLERS`, or a callable that makes a layer, such as the class that
            `model.upsampler=mine.Up` names.
        inputs: input channels.
        outputs: output channels.
        scale: the factor, an integer >= 2.

    Raises:
        UserError: no upsampler has that name, or what is made is no layer that enlarges so.
    """
    if isinstance(kind, nn.Module):
        words = f"upsampler is a {type(kind).__name__} already"
        raise UserError(f"{words}: name its class, or set _partial_: true beside its _target_")
    if callable(kind):
        return _of_ones_own(kind, inputs, outputs, scale)
    if kind not in UPSAMPLERS:
        words = unknown("upsampler", kind, UPSAMPLERS)
        raise UserError(f"{words}, or a class of your own, mine.Up")
    return UPSAMPLERS[kind](inputs, outputs, scale)


def _of_ones_own(make: Maker, inputs: int, outputs: int, scale: int) -> nn.Module:
    """Make a layer and try it once, so that a wrong size is refused before a network is built."""
    maker = getattr(make, "func", make)  # of a functools.partial
    name = f"upsampler={maker.__module__}.{maker.__qualname__}"
    try:
        layer = make(inputs, outputs, scale)
        if not isinstance(layer, nn.Module):
            raise UserError(f"{name} makes no torch.nn.Module but a {type(layer).__name__}")
        with torch.no_grad():
            size = tuple(layer.eval()(torch.zeros(1, inputs, *PROBE)).shape)
        layer.train()
    except UserError:
        raise
    except Exception as error:
        call = f"({inputs}, {outputs}, {scale})"
        raise UserError(
            f"{name}{call} can't enlarge (1, {inputs}, {PROBE[0]}, {PROBE[1]}): {first_line(error)}"
        ) from error
    wanted = (1, outputs, *(scale * side for side in PROBE))
    if size != wanted:
        raise UserError(f"{name} answers {size} where x{scale} of {outputs} channels is {wanted}")
    return layer
