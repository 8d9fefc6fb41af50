"""How long a network takes for a picture."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from shoal.models.precision import full_precision
from shoal.models.profile import device_of

PASSES, ENOUGH = 3, 3.0  # the fastest of so many counts, or of those begun within so many seconds
# Pictures that take longer are left for a piece of so many LR pixels each way: a slow network takes
# as long for a megapixel of it.
QUICK, PIECE = 0.5, 64


@torch.inference_mode()
def seconds_per_megapixel(network: nn.Module, pictures: Sequence[Tensor]) -> float:
    """How long a network takes for a million HR pixels, copies to and from its device included.

    By PyTorch in float32, with the threads that the process has; the fastest of a few passes, for
    other work on the machine only slows one down.

    Args:
        network: in evaluation mode.
        pictures: network inputs `(N, C, h, w)`, at least one.
    """
    piece = pictures[0][..., :PIECE, :PIECE]
    seconds, pixels = _fastest(network, [piece])
    whole = sum(picture.numel() for picture in pictures) / piece.numel()
    # Of a quick network a small piece would show what starting it takes.
    if seconds * whole < QUICK:
        seconds, pixels = _fastest(network, pictures)
    return seconds / pixels * 1e6


def _fastest(network: nn.Module, pictures: Sequence[Tensor]) -> tuple[float, int]:
    """Seconds of the fastest pass, and the HR pixels of each."""
    device, passes, pixels = device_of(network), list[float](), 0
    while len(passes) < PASSES and sum(passes) < ENOUGH:
        begun = time.perf_counter()
        with full_precision(device):
            pixels = sum(network(picture.to(device)).cpu()[:, 0].numel() for picture in pictures)
        passes.append(time.perf_counter() - begun)
    return min(passes), pixels
