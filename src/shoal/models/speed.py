"""How long a network takes for a picture."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from shoal.models.precision import full_precision
from shoal.models.profile import device_of

PASSES, ENOUGH = 3, 3.0  # passes that are timed; after so many seconds no further one is begun
# If the pictures would take more than QUICK seconds, a piece of PIECE x PIECE LR pixels is timed
# instead: for a slow network the time per pixel is the same.
QUICK, PIECE = 0.5, 64


@torch.inference_mode()
def seconds_per_megapixel(network: nn.Module, pictures: Sequence[Tensor]) -> float:
    """Seconds that a network takes for a million HR pixels, with copies to and from its device.

    In PyTorch, in float32, with the process's threads. The fastest of a few passes counts, since
    other work on the machine can only slow a pass down.

    Args:
        network: in evaluation mode.
        pictures: network inputs `(N, C, h, w)`, at least one.
    """
    piece = pictures[0][..., :PIECE, :PIECE]
    seconds, pixels = _fastest(network, [piece])
    whole = sum(picture.numel() for picture in pictures) / piece.numel()
    # For a quick network, the fixed cost of a call would dominate the time of a small piece.
    if seconds * whole < QUICK:
        seconds, pixels = _fastest(network, pictures)
    return seconds / pixels * 1e6


def _fastest(network: nn.Module, pictures: Sequence[Tensor]) -> tuple[float, int]:
    """Seconds of the fastest pass, and the number of HR pixels of a pass."""
    device, passes, pixels = device_of(network), list[float](), 0
    while len(passes) < PASSES and sum(passes) < ENOUGH:
        begun = time.perf_counter()
        with full_precision(device):
            pixels = sum(network(picture.to(device)).cpu()[:, 0].numel() for picture in pictures)
        passes.append(time.perf_counter() - begun)
    return min(passes), pixels
