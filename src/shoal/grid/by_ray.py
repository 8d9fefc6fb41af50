"""Makes a grid's runs as tasks of a Ray cluster."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal.errors import first_line
from shoal.grid.outcome import Outcome, OutcomeKind, Outcomes
from shoal.grid.remote_run import RemoteRun, make

LOOK = 1.0  # seconds that one wait for the end of a task lasts at most


def make_by_ray(
    runs: Sequence[RemoteRun], at_once: int, folder: Path, options: Mapping[str, Any]
) -> Outcomes:
    """Make runs as tasks of a Ray cluster.

    Args:
        runs: the runs to make.
        at_once: unused: the resources that each task asks Ray for decide it.
        folder: unused.
        options: `init` and `remote`, the arguments of Ray's functions of these names.
    """
    ray = importlib.import_module("ray")
    ray.init(**options["init"])
    try:
        task = ray.remote(**options["remote"])(make)
        left = {task.remote(run): run for run in runs}
        while left:
            for done in ray.wait(list(left), timeout=LOOK)[0]:
                run = left.pop(done)
                try:
                    yield run.name, ray.get(done)
                except ray.exceptions.RayError as error:
                    yield run.name, Outcome(OutcomeKind.FAILED, first_line(error))
    finally:
        ray.shutdown()
