"""Optimisers on CUDA: nothing that changes from step to step may be a number of Python's."""

import contextlib
from collections.abc import Iterator

import torch
from torch.optim import Optimizer

# What lets an optimiser keep its counts and read its rates on the device.
SWITCHES = ("capturable", "fused")


def stays_on_device(optimizer: Optimizer) -> bool:
    """Whether an optimiser can step without asking the device anything."""
    return any(name in optimizer.defaults for name in SWITCHES)


def suit(optimizer: Optimizer, device: torch.device) -> None:
    """Let such an optimiser step on a device, also if its state comes from elsewhere."""
    on_cuda = device.type == "cuda"
    chosen = optimizer.defaults
    for group in optimizer.param_groups:
        if "capturable" in chosen:
            group["capturable"] = on_cuda or chosen["capturable"]
        if "fused" in chosen:  # one kernel for all parameters, unless another way is asked for
            free = chosen["fused"] is None and not chosen.get("foreach")
            group["fused"] = True if on_cuda and free else chosen["fused"]
    home = device if on_cuda else torch.device("cpu")
    for state in optimizer.state.values():
        if isinstance(state.get("step"), torch.Tensor):
            state["step"] = state["step"].to(home)


class Rates:
    """Learning rates on the device, where a captured step reads them.

    Only while the optimiser steps do its groups hold them: schedules, curves and checkpoints find
    numbers there, as on the processor.

    Args:
        optimizer: whose rates they are.
        device: that it steps on.
    """

    def __init__(self, optimizer: Optimizer, device: torch.device) -> None:
        self.groups = optimizer.param_groups
        self.values = [torch.zeros((), device=device) for _ in self.groups]

    def tell(self) -> None:
        """Take the groups' present rates over."""
        for value, group in zip(self.values, self.groups, strict=True):
            value.fill_(group["lr"])

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Let the optimiser read them."""
        numbers = [group["lr"] for group in self.groups]
        for value, group in zip(self.values, self.groups, strict=True):
            group["lr"] = value
        try:
            yield
        finally:
            for number, group in zip(numbers, self.groups, strict=True):
                group["lr"] = number
