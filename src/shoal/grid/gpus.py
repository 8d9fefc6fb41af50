"""Assigns GPUs to the runs of a grid."""

from collections import Counter
from collections.abc import Mapping, Sequence

from shoal.errors import counted
from shoal.system.gpus import VISIBLE


class Gpus:
    """Gives each run a GPU, and spreads runs evenly if more of them work than there are GPUs.

    Args:
        names: as in `CUDA_VISIBLE_DEVICES`; empty on a machine without GPUs.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._of: dict[str, str] = {}  # the GPU of each run at work, by the run's name

    def next(self) -> str | None:
        """Return the GPU with the fewest runs, the first of several; None if there is none."""
        at_work = Counter(self._of.values())
        return min(self.names, key=lambda name: at_work[name], default=None)

    def give(self, run: str, gpu: str | None) -> bool:
        """Assign a GPU, or none, to a run; returns whether another run works on it."""
        is_shared = gpu in self._of.values()
        if gpu is not None:
            self._of[run] = gpu
        return is_shared

    def of(self, run: str) -> str | None:
        """Return the GPU of a run at work; None if it has none."""
        return self._of.get(run)

    def take_back(self, run: str) -> None:
        """Free the GPU of a run that has ended."""
        self._of.pop(run, None)


def shown(gpu: str | None) -> Mapping[str, str]:
    """Return the environment variable that shows a process this GPU alone."""
    return {} if gpu is None else {VISIBLE: gpu}


def sharing(at_once: int, gpus: int) -> str:
    """Return the line that warns of GPUs with several runs.

    >>> sharing(4, 2)
    'jobs=4 on 2 GPUs: runs that share a GPU take turns on it, so little or nothing is gained'
    """
    words = "runs that share a GPU take turns on it, so little or nothing is gained"
    return f"jobs={at_once} on {counted(gpus, 'GPU')}: {words}"
