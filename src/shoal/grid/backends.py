"""The schedulers that can make a grid's runs: submitit (local or Slurm) and Ray.

A backend only has to call `remote_run.make` for each run, which raises nothing that the run does.
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
# The package and the function of each, by the names in `conf/hydra/launcher`.
BACKENDS: dict[str, tuple[str, Backend]] = {
    "submitit_local": ("submitit", make_here),
    "submitit_slurm": ("submitit", make_by_slurm),
    "ray": ("ray", make_by_ray),
}
SHARED = ("submitit_local",)  # backends whose runs share the cores of this machine


def backend(name: str) -> Backend:
    """Return the backend of a launcher.

    Raises:
        UserError: its package isn't installed; the message has the command.
    """
    module, does = BACKENDS[name]
    if find_spec(module) is None:
        raise UserError(f"hydra/launcher={name} needs {module}: pip install 'shoal-sr[{module}]'")
    return does
