"""Which run of a grid has which GPU."""

from collections import Counter
from collections.abc import Mapping, Sequence

from shoal.system.gpus import VISIBLE


class Gpus:
    """One run per GPU; where more runs than GPUs are at work, all GPUs have equally many.

    Args:
        names: as `CUDA_VISIBLE_DEVICES` takes them; none on a machine without GPUs.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._of: dict[str, str] = {}  # runs at work

    def next(self) -> str | None:
        """The GPU that the fewest work on, the first of several; None where there is none."""
        at_work = Counter(self._of.values())
        return min(self.names, key=lambda name: at_work[name], default=None)

    def give(self, run: str, gpu: str | None) -> bool:
        """A run gets a GPU, or none; whether another works on it."""
        is_shared = gpu in self._of.values()
        if gpu is not None:
            self._of[run] = gpu
        return is_shared

    def of(self, run: str) -> str | None:
        """The GPU that a run at work has."""
        return self._of.get(run)

    def take_back(self, run: str) -> None:
        """A run has ended."""
        self._of.pop(run, None)


def shown(gpu: str | None) -> Mapping[str, str]:
    """The environment variable by which a process sees a GPU and no other."""
    return {} if gpu is None else {VISIBLE: gpu}


def sharing(at_once: int, gpus: int) -> str:
    """The line that tells of GPUs with several runs.

    >>> sharing(4, 2)
    'jobs=4 on 2 GPUs: runs that share a GPU take turns on it, so little or nothing is gained'
    """
    several = "1 GPU" if gpus == 1 else f"{gpus} GPUs"
    words = "runs that share a GPU take turns on it, so little or nothing is gained"
    return f"jobs={at_once} on {several}: {words}"
