"""Full precision for answers that are compared, whatever precision a network is trained in."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Compute in float32 within the block, without autocast and without TF32.

    Args:
        device: of the computation.
    """
    cudnn = torch.backends.cudnn
    # All flags are given, since `flags` turns off those that aren't, cuDNN itself among them.
    flags = cudnn.flags(
        enabled=cudnn.enabled,
        benchmark=cudnn.benchmark,
        benchmark_limit=cudnn.benchmark_limit,
        deterministic=cudnn.deterministic,
        allow_tf32=False,
    )
    with torch.autocast(device.type, enabled=False), flags:
        yield
