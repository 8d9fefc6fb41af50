"""Full precision: what is compared is computed in float32, whatever a network is trained in."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Neither bfloat16 nor TF32 within.

    Args:
        device: where is computed.
    """
    cudnn = torch.backends.cudnn
    # `flags` turns off whatever it isn't told of, cuDNN itself as well.
    flags = cudnn.flags(
        enabled=cudnn.enabled,
        benchmark=cudnn.benchmark,
        benchmark_limit=cudnn.benchmark_limit,
        deterministic=cudnn.deterministic,
        allow_tf32=False,
    )
    with torch.autocast(device.type, enabled=False), flags:
        yield
