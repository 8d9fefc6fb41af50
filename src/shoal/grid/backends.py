"""Schedulers of other authors that make a grid's runs: submitit (local or Slurm) and Ray.

Hydra's own submitit launcher (1.2.0) isn't used: the first job that Slurm kills ends the wait for
all others, and what is finished is done again. Here a backend is only asked to call
`remote_run.make`, which never raises.
"""

import importlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shoal.errors import UserError, first_line
from shoal.grid.gpus import Gpus, shown
from shoal.grid.outcome import Outcome, OutcomeKind
from shoal.grid.remote_run import RemoteRun, make
from shoal.system.gpus import visible
from shoal.system.signals import deaf_to_interrupts

# Submitit's words for what all clusters know; others carry the cluster's name before them.
EVERYWHERE = ("name", "timeout_min", "mem_gb", "nodes", "cpus_per_task", "gpus_per_node")
LOOK = 1.0  # seconds between questions to a backend
Outcomes = Iterator[tuple[str, Outcome]]
Options = Mapping[str, Any]
Backend = Callable[[Sequence[RemoteRun], int, Path, Options], Outcomes]


def backend(name: str) -> Backend:
    """The backend of a launcher.

    Raises:
        UserError: its package isn't installed; the message has the command.
    """
    module, does = BACKENDS[name]
    if find_spec(module) is None:
        raise UserError(f"hydra/launcher={name} needs {module}: pip install 'shoal-sr[{module}]'")
    return does


def _submitit_local(
    runs: Sequence[RemoteRun], at_once: int, folder: Path, options: Options
) -> Outcomes:
    """Jobs as Slurm would start them, on this machine; they outlive the grid's process.

    Args:
        runs: to be made.
        at_once: how many may be at work: submitit itself starts all.
        folder: for submitit's files and logs.
        options: of submitit.
    """
    executor = _executor("local", folder, options)
    jobs: dict[Any, RemoteRun] = {}
    left = list(runs)
    # Submitit hides all GPUs from a job for which none are asked.
    gpus = Gpus(() if options.get("gpus_per_node") else visible())
    while left or jobs:
        while left and len(jobs) < at_once:
            run = left.pop(0)
            with deaf_to_interrupts():  # the grid asks for a stop
                jobs[executor.submit(Submission(), _with_gpu(run, gpus))] = run
        for name, outcome in _done(jobs):
            gpus.take_back(name)
            yield name, outcome


def _with_gpu(run: RemoteRun, gpus: Gpus) -> RemoteRun:
    """A run that sees the GPU that it gets, or all of them where it takes several."""
    gpu = gpus.next() if run.one_gpu else ",".join(gpus.names) or None
    if run.one_gpu:
        gpus.give(run.name, gpu)
    return replace(run, environment={**run.environment, **shown(gpu)})


def _submitit_slurm(
    runs: Sequence[RemoteRun], at_once: int, folder: Path, options: Options
) -> Outcomes:
    """An array of Slurm jobs; they outlive the grid's process.

    Args:
        runs: to be made.
        at_once: not used: `array_parallelism` says how many.
        folder: for submitit's files and logs, seen by all nodes.
        options: of submitit.
    """
    executor = _executor("slurm", folder, options)
    jobs = dict(zip(executor.map_array(Submission(), runs), runs, strict=True))
    while jobs:
        yield from _done(jobs)


class Submission:
    """What submitit calls, and calls again where a time limit or a preemption ended it."""

    def __call__(self, run: RemoteRun) -> Outcome:
        """Make the run."""
        return make(run)

    def checkpoint(self, run: RemoteRun) -> Any:
        """The same again: the run goes on from its own checkpoint."""
        return importlib.import_module("submitit.helpers").DelayedSubmission(self, run)


def _executor(cluster: str, folder: Path, options: Options) -> Any:
    submitit = importlib.import_module("submitit")
    given = {key: value for key, value in options.items() if value is not None}
    own = {f"{cluster}_max_num_timeout": given.pop("max_num_timeout")}
    executor = submitit.AutoExecutor(folder=folder / "%j", cluster=cluster, **own)
    named = {key if key in EVERYWHERE else f"{cluster}_{key}": given[key] for key in given}
    executor.update_parameters(**named)
    return executor


def _done(jobs: dict[Any, RemoteRun]) -> Outcomes:
    """Take out the jobs that have ended."""
    time.sleep(LOOK)
    for job, run in list(jobs.items()):
        if run.stop.exists() and job.state == "PENDING":
            job.cancel()
        if job.done():
            del jobs[job]
            error = job.exception()
            yield run.name, job.result() if error is None else _lost(job, error)


def _lost(job: Any, error: BaseException) -> Outcome:
    """Of a job that ended without telling how its run did: only Slurm's state says why."""
    why = f"job {job.job_id} ended as {job.state} ({first_line(error)})"
    return Outcome(OutcomeKind.FAILED, why)


def _ray(runs: Sequence[RemoteRun], at_once: int, folder: Path, options: Options) -> Outcomes:
    """Tasks of a Ray cluster.

    Args:
        runs: to be made.
        at_once: not used: what a run takes of the cluster's devices decides.
        folder: not used.
        options: `init` and `remote`, given to Ray's functions of that name.
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


BACKENDS: dict[str, tuple[str, Backend]] = {
    "submitit_local": ("submitit", _submitit_local),
    "submitit_slurm": ("submitit", _submitit_slurm),
    "ray": ("ray", _ray),
}
SHARED = ("submitit_local",)  # whose runs share the cores of this machine
