"""Complaints of Lightning and PyTorch: muted if nobody can act on them, else said in one line."""

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException

from shoal.errors import UserError, first_line

FULL = "DefaultCPUAllocator"  # in PyTorch's message when the CPU's memory is full
# Warnings of Lightning and PyTorch that every run would show and nobody can act on.
CHATTER = (
    "does not have many workers",
    "You're resuming from a checkpoint that ended",
    "exists and is not empty",
    "The `srun` command is available",
    "treespec, LeafSpec",
    # The ranks have agreed on these values: averaging them again would change nothing.
    "sync_dist=True",
    # A rank that has no validation picture.
    "was called before the ``update`` method",
    # The user chose `trainer=cpu`.
    "GPU available but not used",
    # Lightning builds DDP on a separate CUDA stream.
    "The AccumulateGrad node's stream does not match",
)


@contextmanager
def callbacks_named(callbacks: Collection[str]) -> Iterator[None]:
    """Turn Lightning's refusal of a callback, e.g. a monitor without a logger, into one line.

    Args:
        callbacks: names under `callbacks` in the config.

    Raises:
        UserError: Lightning refuses the setup, and the config adds callbacks.
    """
    try:
        yield
    except MisconfigurationException as error:
        if not callbacks:
            raise
        named = " or ".join(f"callbacks.{name}" for name in callbacks)
        raise UserError(f"{named} can't work in this run: {first_line(error)}") from error


@contextmanager
def memory_named(what: str, remedy: str) -> Iterator[None]:
    """Turn an out-of-memory error of the CPU or the GPU into one line.

    Args:
        what: what the block does; the message begins with it.
        remedy: what the user can do about it.

    Raises:
        UserError: memory ran out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError | torch.OutOfMemoryError) and FULL not in str(error):
            raise
        words = f"{what} needs more memory than there is ({first_line(error)})"
        raise UserError(f"{words}: {remedy}") from error


@contextmanager
def without_chatter() -> Iterator[None]:
    """Mute the warnings that every run would show."""
    with warnings.catch_warnings():
        for text in CHATTER:
            warnings.filterwarnings("ignore", f".*{text}.*")
        yield
