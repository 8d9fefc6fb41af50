"""Networks on a GPU, which also converts colours and rounds: only pixels are copied back."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models import weights
from shoal.models.channels import channels_of
from shoal.models.flat import flat
from shoal.models.precision import full_precision
from shoal.models.profile import layer_bytes, reach
from shoal.upscale.place import Host
from shoal.upscale.ready import Ready, Runtime

SHARE = 2  # a tile may take 1 / SHARE of the device's free memory
COLOURS = 120  # bytes per SR pixel for colours: some five float64 copies of three channels
# Values that a layer's input and output may have together: CUDA's kernels count in 32 bits.
VALUES = 2**30


class Cuda(Host):
    """Tensors on a device.

    Args:
        device: a GPU; tests take the processor.
    """

    full = (torch.OutOfMemoryError,)

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def lift(self, levels: NDArray[np.float64]) -> Tensor:
        """Levels brought to the device."""
        return torch.from_numpy(levels).to(self.device)

    def give_way(self, most: int) -> None:
        """Free the memory that PyTorch caches, and take smaller tiles from now on."""
        super().give_way(most)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def ready(path: Path, *, trust: bool = False, device: torch.device | None = None) -> Ready:
    """The network of a weights' file, on a GPU.

    Args:
        path: of the file.
        trust: also build networks that are not Shoal's own.
        device: the GPU; None: PyTorch's default one.

    Raises:
        UserError: PyTorch finds no GPU, or there are no such weights.
    """
    device = _gpu() if device is None else device
    network, facts = weights.load(path, trust=trust)
    sees, taken, channels = reach(network), layer_bytes(network), channels_of(network)
    values = taken // 4
    with full_precision(device):  # as for all later answers
        network = flat(network.to(device), sees)
    return Ready(
        "cuda",
        runtime(network, device),
        facts,
        sees,
        taken + COLOURS * int(facts["scale"]) ** 2,
        channels,
        memory=min(free_memory(device) // SHARE, VALUES // max(values, 1) * 2 * taken),
        place=Cuda(device),
        halved=runtime(network, device, torch.float16),
    )


def _gpu() -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda")
    why = (
        "look whether nvidia-smi shows one"
        if torch.version.cuda
        else "this build of PyTorch is for processors, https://pytorch.org has those for GPUs"
    )
    raise UserError(f"runtime cuda: PyTorch finds no GPU here ({why}): use --runtime auto")


def free_memory(device: torch.device) -> int:
    """Free memory of the device in bytes; for the CPU, which tests use, a gigabyte."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 1 << 30


def runtime(
    network: nn.Module, device: torch.device, precision: torch.dtype = torch.float32
) -> Runtime:
    """The network in channels-last layout, run with autocast to a precision.

    Args:
        network: on the device.
        device: of the network and its input.
        precision: float32, without TF32, or float16.
    """
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    halved = precision != torch.float32

    @torch.inference_mode()
    def run(lr: Any) -> Any:
        given = lr.contiguous(memory_format=torch.channels_last)
        with full_precision(device), torch.autocast(device.type, precision, enabled=halved):
            return network(given).float()

    return run
