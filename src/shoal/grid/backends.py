"""Engines of others that carry errands out: joblib, submitit (local or Slurm), Ray.

Hydra's own launchers for the first two (1.2.0) aren't used: a run that is killed ends joblib's
whole grid, the first job that Slurm kills ends the wait for all others, and both do again what is
finished. Here an engine is only asked to call `carry_out`, which never raises.
"""

import importlib
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.grid.outcome import End, Ending
from shoal.grid.remote import Errand, carry_out
from shoal.system.signals import deaf_to_interrupts

# Submitit's words for what all clusters know; others carry the cluster's name before them.
EVERYWHERE = ("name", "timeout_min", "mem_gb", "nodes", "cpus_per_task", "gpus_per_node")
LOOK = 1.0  # seconds between questions to an engine
Outcomes = Iterator[tuple[str, Ending]]
Options = Mapping[str, Any]
Engine = Callable[[Sequence[Errand], int, Path, Options], Outcomes]


def engine(name: str) -> Engine:
    """The engine of a launcher.

    Raises:
        UserError: its package isn't installed; the message has the command.
    """
    module, does = ENGINES[name]
    if find_spec(module) is None:
        raise UserError(f"hydra/launcher={name} needs {module}: pip install 'shoal[{module}]'")
    return does


def _joblib(errands: Sequence[Errand], at_once: int, folder: Path, options: Options) -> Outcomes:
    """Worker processes of this machine.

    Args:
        errands: to carry out.
        at_once: how many may be at work.
        folder: not used.
        options: of `joblib.Parallel`.
    """
    joblib = importlib.import_module("joblib")
    # One at a time is done in this very process.
    call = _undisturbed if at_once > 1 else _named
    work = joblib.Parallel(n_jobs=at_once, batch_size=1, return_as="generator_unordered", **options)
    yield from work(joblib.delayed(call)(errand) for errand in errands)


def _named(errand: Errand) -> tuple[str, Ending]:
    return errand.name, carry_out(errand)


def _undisturbed(errand: Errand) -> tuple[str, Ending]:
    """Leave Ctrl-C, which reaches the workers too, to the grid: it asks for a stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _named(errand)


def _submitit_local(
    errands: Sequence[Errand], at_once: int, folder: Path, options: Options
) -> Outcomes:
    """Jobs as Slurm would start them, on this machine; they outlive the grid's process.

    Args:
        errands: to carry out.
        at_once: how many may be at work: submitit itself starts all.
        folder: for submitit's files and logs.
        options: of submitit.
    """
    executor = _executor("local", folder, options)
    jobs: dict[Any, Errand] = {}
    left = list(errands)
    while left or jobs:
        while left and len(jobs) < at_once:
            errand = left.pop(0)
            with deaf_to_interrupts():  # the grid asks for a stop
                jobs[executor.submit(Submission(), errand)] = errand
        yield from _done(jobs)


def _submitit_slurm(
    errands: Sequence[Errand], at_once: int, folder: Path, options: Options
) -> Outcomes:
    """An array of Slurm jobs; they outlive the grid's process.

    Args:
        errands: to carry out.
        at_once: not used: `array_parallelism` says how many.
        folder: for submitit's files and logs, seen by all nodes.
        options: of submitit.
    """
    executor = _executor("slurm", folder, options)
    submitted = executor.map_array(Submission(), errands)
    jobs = dict(zip(submitted, errands, strict=True))
    while jobs:
        yield from _done(jobs)


class Submission:
    """What submitit calls, and calls again where a time limit or a preemption ended it."""

    def __call__(self, errand: Errand) -> Ending:
        """Carry it out."""
        return carry_out(errand)

    def checkpoint(self, errand: Errand) -> Any:
        """The same again: the run goes on from its own checkpoint."""
        return importlib.import_module("submitit.helpers").DelayedSubmission(self, errand)


def _executor(cluster: str, folder: Path, options: Options) -> Any:
    submitit = importlib.import_module("submitit")
    given = {key: value for key, value in options.items() if value is not None}
    own = {f"{cluster}_max_num_timeout": given.pop("max_num_timeout")}
    executor = submitit.AutoExecutor(folder=folder / "%j", cluster=cluster, **own)
    named = {key if key in EVERYWHERE else f"{cluster}_{key}": given[key] for key in given}
    executor.update_parameters(**named)
    return executor


def _done(jobs: dict[Any, Errand]) -> Outcomes:
    """Take out the jobs that have ended."""
    time.sleep(LOOK)
    for job, errand in list(jobs.items()):
        if errand.stop.exists() and job.state == "PENDING":
            job.cancel()
        if job.done():
            del jobs[job]
            error = job.exception()
            yield errand.name, job.result() if error is None else _failed(error)


def _failed(error: BaseException) -> Ending:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return Ending(End.FAILED, f"{type(error).__name__}: {' '.join(lines[:2])}")


def _ray(errands: Sequence[Errand], at_once: int, folder: Path, options: Options) -> Outcomes:
    """Tasks of a Ray cluster.

    Args:
        errands: to carry out.
        at_once: not used: what a run takes of the cluster's devices decides.
        folder: not used.
        options: `init` and `remote`, given to Ray's functions of that name.
    """
    ray = importlib.import_module("ray")
    ray.init(**options["init"])
    try:
        task = ray.remote(**options["remote"])(carry_out)
        left = {task.remote(errand): errand for errand in errands}
        while left:
            for done in ray.wait(list(left), timeout=LOOK)[0]:
                errand = left.pop(done)
                try:
                    yield errand.name, ray.get(done)
                except ray.exceptions.RayError as error:
                    yield errand.name, _failed(error)
    finally:
        ray.shutdown()


ENGINES: dict[str, tuple[str, Engine]] = {
    "joblib": ("joblib", _joblib),
    "submitit_local": ("submitit", _submitit_local),
    "submitit_slurm": ("submitit", _submitit_slurm),
    "ray": ("ray", _ray),
}
SHARED = ("joblib", "submitit_local")  # whose runs share the cores of this machine
