"""Schedulers of other authors that make a grid's runs: submitit (local or Slurm) and Ray.

A backend is only asked to call `remote_run.make`, which never raises.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.grid.by_ray import make_by_ray
from shoal.grid.by_submitit import make_by_slurm, make_here
from shoal.grid.outcome import Outcomes
from shoal.grid.remote_run import RemoteRun

Backend = Callable[[Sequence[RemoteRun], int, Path, Mapping[str, Any]], Outcomes]
# By the names of `conf/hydra/launcher`, with the package that each needs.
BACKENDS: dict[str, tuple[str, Backend]] = {
    "submitit_local": ("submitit", make_here),
    "submitit_slurm": ("submitit", make_by_slurm),
    "ray": ("ray", make_by_ray),
}
SHARED = ("submitit_local",)  # whose runs share the cores of this machine


def backend(name: str) -> Backend:
    """The backend of a launcher.

    Raises:
        UserError: its package isn't installed; the message has the command.
    """
    module, does = BACKENDS[name]
    if find_spec(module) is None:
        raise UserError(f"hydra/launcher={name} needs {module}: pip install 'shoal-sr[{module}]'")
    return does
