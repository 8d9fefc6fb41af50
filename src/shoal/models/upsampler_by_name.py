"""Which upsampler a network ends in: one of ours by its name, or anybody's."""

from collections.abc import Callable

import torch
from torch import nn

from shoal.errors import UserError, first_line, unknown
from shoal.models.upsamplers import Deconvolution, Nearest, Subpixel, Unpooling

PROBE = (8, 9)  # height and width of what an upsampler of one's own is tried on
UPSAMPLERS: dict[str, type[nn.Module]] = {
    "deconvolution": Deconvolution,
    "unpooling": Unpooling,
    "subpixel": Subpixel,
    "nearest": Nearest,
}


# From input channels, output channels and scale: a class, or one that Hydra has given more.
Maker = Callable[[int, int, int], nn.Module]


def build(kind: str | Maker, inputs: int, outputs: int, scale: int) -> nn.Module:
    """Build an upsampler, ours by its name or anybody's by what makes it.

    Args:
        kind: a name, or what makes a layer: `model.upsampler=mine.Up` comes here as `mine.Up`.
        inputs: input channels.
        outputs: output channels.
        scale: the factor, an integer >= 2.

    Raises:
        UserError: there is none of that name, or the layer isn't one or doesn't enlarge so.
    """
    if callable(kind):
        return _of_ones_own(kind, inputs, outputs, scale)
    if kind not in UPSAMPLERS:
        words = unknown("upsampler", kind, UPSAMPLERS)
        raise UserError(f"{words}, or a class of your own, mine.Up")
    return UPSAMPLERS[kind](inputs, outputs, scale)


def _of_ones_own(make: Maker, inputs: int, outputs: int, scale: int) -> nn.Module:
    """A layer that is used once, so that one of the wrong size is refused before any network is."""
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
