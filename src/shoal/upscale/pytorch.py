"""Networks computed by PyTorch, which takes two seconds to import."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from shoal.models import weights
from shoal.models.channels import channels_of
from shoal.models.flat import flat
from shoal.models.profile import layer_bytes, reach
from shoal.system.malloc import keep_freed_memory
from shoal.upscale.kept import probes
from shoal.upscale.ready import Ready, Runtime


def ready(path: Path, *, trust: bool = False) -> Ready:
    """The network of a weights' file.

    Raises:
        UserError: there are no such weights.
    """
    network, facts = weights.load(path, trust=trust)
    sizes = reach(network), layer_bytes(network), channels_of(network)
    return Ready("torch", runtime(flat(network, sizes[0])), facts, *sizes)


def runtime(network: nn.Module) -> Runtime:
    """The network itself, in channels-last layout, which is the fastest."""
    keep_freed_memory()
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(lr: NDArray[np.float32]) -> NDArray[np.float32]:
        given = torch.from_numpy(lr).contiguous(memory_format=torch.channels_last)
        sr: NDArray[np.float32] = network(given).numpy()
        return sr

    return run


@torch.inference_mode()
def answers(network: nn.Module) -> tuple[NDArray[np.float32], ...]:
    """A network's answers to the probes."""
    given = probes(channels_of(network))
    return tuple(network(torch.from_numpy(lr)).contiguous().numpy() for lr in given)
