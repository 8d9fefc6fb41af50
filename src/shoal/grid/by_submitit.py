"""Makes a grid's runs with submitit: as Slurm jobs, or as similar jobs on this machine.

Hydra's own submitit launcher (1.2.0) isn't used: when Slurm kills a job, it stops waiting for all
others, and it repeats finished runs.
"""

import importlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shoal.errors import first_line
from shoal.grid.gpus import Gpus, shown
from shoal.grid.outcome import Outcome, OutcomeKind, Outcomes
from shoal.grid.remote_run import RemoteRun, make
from shoal.system.gpus import visible
from shoal.system.signals import deaf_to_interrupts

# Options of submitit for any cluster; the names of all others begin with the cluster's name.
EVERYWHERE = ("name", "timeout_min", "mem_gb", "nodes", "cpus_per_task", "gpus_per_node")
LOOK = 1.0  # seconds between questions to submitit


def make_here(
    runs: Sequence[RemoteRun], at_once: int, folder: Path, options: Mapping[str, Any]
) -> Outcomes:
    """Make runs as jobs on this machine, which outlive the grid's process.

    When a stop is asked for, runs that haven't begun are given up.

    Args:
        runs: the runs to make.
        at_once: how many may work at a time; submitit itself would start all of them.
        folder: for submitit's files and logs.
        options: of submitit.
    """
    executor = _executor("local", folder, options)
    jobs: dict[Any, RemoteRun] = {}
    left = list(runs)
    # Submitit hides all GPUs from a job unless `gpus_per_node` asks for some.
    gpus = Gpus(() if options.get("gpus_per_node") else visible())
    while left or jobs:
        if left and left[0].stop.exists():
            yield from ((run.name, Outcome(OutcomeKind.NOT_STARTED)) for run in left)
            left = []
        while left and len(jobs) < at_once:
            run = left.pop(0)
            with deaf_to_interrupts():  # Ctrl-C must reach the grid alone, which stops the jobs
                jobs[executor.submit(Submission(), _with_gpu(run, gpus))] = run
        for name, outcome in _done(jobs):
            gpus.take_back(name)
            yield name, outcome


def _with_gpu(run: RemoteRun, gpus: Gpus) -> RemoteRun:
    """Return the run with the GPU that it gets in its environment; all if it takes several."""
    gpu = gpus.next() if run.one_gpu else ",".join(gpus.names) or None
    if run.one_gpu:
        gpus.give(run.name, gpu)
    return replace(run, environment={**run.environment, **shown(gpu)})


def make_by_slurm(
    runs: Sequence[RemoteRun], at_once: int, folder: Path, options: Mapping[str, Any]
) -> Outcomes:
    """Make runs as an array of Slurm jobs, which outlive the grid's process.

    Args:
        runs: the runs to make.
        at_once: unused: the option `array_parallelism` decides it.
        folder: for submitit's files and logs, seen by all nodes.
        options: of submitit.
    """
    executor = _executor("slurm", folder, options)
    jobs = dict(zip(executor.map_array(Submission(), runs), runs, strict=True))
    while jobs:
        yield from _done(jobs)


class Submission:
    """The function that submitit calls, again after a time limit or a preemption."""

    def __call__(self, run: RemoteRun) -> Outcome:
        """Make the run."""
        return make(run)

    def checkpoint(self, run: RemoteRun) -> Any:
        """Submit the same again: the run resumes from its own checkpoint."""
        return importlib.import_module("submitit.helpers").DelayedSubmission(self, run)


def _executor(cluster: str, folder: Path, options: Mapping[str, Any]) -> Any:
    submitit = importlib.import_module("submitit")
    given = {key: value for key, value in options.items() if value is not None}
    own = {f"{cluster}_max_num_timeout": given.pop("max_num_timeout")}
    executor = submitit.AutoExecutor(folder=folder / "%j", cluster=cluster, **own)
    named = {key if key in EVERYWHERE else f"{cluster}_{key}": given[key] for key in given}
    executor.update_parameters(**named)
    return executor


def _done(jobs: dict[Any, RemoteRun]) -> Outcomes:
    """Remove the jobs that have ended, and yield their outcomes."""
    time.sleep(LOOK)
    for job, run in list(jobs.items()):
        if run.stop.exists() and job.state == "PENDING":
            job.cancel()
        if job.done():
            del jobs[job]
            error = job.exception()
            yield run.name, job.result() if error is None else _lost(job, error)


def _lost(job: Any, error: BaseException) -> Outcome:
    """Return the outcome of a job that ended without one: only Slurm's state tells why."""
    why = f"job {job.job_id} ended as {job.state} ({first_line(error)})"
    return Outcome(OutcomeKind.FAILED, why)
