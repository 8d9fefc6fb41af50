"""What Lightning complains of: muted where nobody can act on it, else one line with the key."""

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException

from shoal.errors import UserError, first_line

FULL = "DefaultCPUAllocator"  # so PyTorch begins to say that the processor's memory is full
# What Lightning and PyTorch say on every run and nobody can act on.
CHATTER = (
    "does not have many workers",
    "You're resuming from a checkpoint that ended",
    "exists and is not empty",
    "The `srun` command is available",
    "treespec, LeafSpec",
    # What all ranks have agreed on needn't be averaged over them again.
    "sync_dist=True",
    # A rank without a picture of its own.
    "was called before the ``update`` method",
    # Where `trainer=cpu` is asked for.
    "GPU available but not used",
    # Lightning makes DDP on a stream of its own.
    "The AccumulateGrad node's stream does not match",
)


@contextmanager
def callbacks_named(callbacks: Collection[str]) -> Iterator[None]:
    """Say in one line what Lightning refuses of callbacks, e.g. a monitor without a logger."""
    try:
        yield
    except MisconfigurationException as error:
        if not callbacks:
            raise
        named = " or ".join(f"callbacks.{name}" for name in callbacks)
        raise UserError(f"{named} can't work in this run: {first_line(error)}") from error


@contextmanager
def memory_named(what: str, remedy: str) -> Iterator[None]:
    """Say in one line what needs more memory than the processor or the GPU has.

    Args:
        what: is done within the block.
        remedy: what to ask for instead.

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
    """Mute what Lightning and PyTorch say on every run."""
    with warnings.catch_warnings():
        for text in CHATTER:
            warnings.filterwarnings("ignore", f".*{text}.*")
        yield
