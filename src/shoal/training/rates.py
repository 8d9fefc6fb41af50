"""Optimisers on CUDA, where a captured step needs its changing values in device memory."""

import contextlib
from collections.abc import Iterator

import torch
from torch.optim import Optimizer

# Options with which an optimiser keeps its step count, and reads its rates, on the device.
SWITCHES = ("capturable", "fused")


def stays_on_device(optimizer: Optimizer) -> bool:
    """Whether an optimiser can step without waiting for the device."""
    return any(name in optimizer.defaults for name in SWITCHES)


def suit(optimizer: Optimizer, device: torch.device) -> None:
    """Set such an optimiser up for a device, even if its state was loaded from another one's."""
    on_cuda = device.type == "cuda"
    chosen = optimizer.defaults
    for group in optimizer.param_groups:
        if "capturable" in chosen:
            group["capturable"] = on_cuda or chosen["capturable"]
        if "fused" in chosen:  # one kernel for all parameters, unless the config chooses otherwise
            free = chosen["fused"] is None and not chosen.get("foreach")
            group["fused"] = True if on_cuda and free else chosen["fused"]
    home = device if on_cuda else torch.device("cpu")
    for state in optimizer.state.values():
        if isinstance(state.get("step"), torch.Tensor):
            state["step"] = state["step"].to(home)


class Rates:
    """Learning rates on the device, where a captured step reads them.

    The optimiser's groups hold them only while it steps. At other times the groups hold floats, as
    on the CPU, for schedules, curves and checkpoints.

    Args:
        optimizer: the optimiser whose rates they are.
        device: the device that it steps on.
    """

    def __init__(self, optimizer: Optimizer, device: torch.device) -> None:
        self.groups = optimizer.param_groups
        self.values = [torch.zeros((), device=device) for _ in self.groups]

    def tell(self) -> None:
        """Copy the groups' current rates to the device."""
        for value, group in zip(self.values, self.groups, strict=True):
            value.fill_(group["lr"])

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Put them into the optimiser's groups while the context lasts."""
        numbers = [group["lr"] for group in self.groups]
        for value, group in zip(self.values, self.groups, strict=True):
            group["lr"] = value
        try:
            yield
        finally:
            for number, group in zip(numbers, self.groups, strict=True):
                group["lr"] = number
