"""How long runs take, measured on the runs that are here: nothing is guessed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import yaml

from shoal.grid.jobs import Job
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.system.targets import stable

# libyaml's loader is ten times as fast, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def seconds_left(job: Job, threads: int | None) -> float | None:
    """What a job has yet to take, in seconds; None where no run of its model has finished here.

    The measure is the finished run of the same network and scale whose amount of training is the
    nearest, taken in proportion to the LR pixels trained on and, on a processor, to the threads.

    Args:
        job: to be done.
        threads: that it will have; None: as many as the measured one.
    """
    wanted = _pixels(job.config.plain())
    best = min(_like(job), key=lambda run: abs(log(run["pixels"] / wanted)), default=None)
    if best is None:
        return None
    seconds: float = best["seconds"]
    if job.config.kind is Kind.TRAINED:
        seconds *= wanted / best["pixels"] * (1 - job.folder.step / job.config.budget.max_steps)
    if threads and best["accelerator"] == "cpu":
        seconds *= best["threads"] / threads
    return seconds


def _pixels(cfg: Mapping[str, Any]) -> float:
    """LR pixels that a run trains on."""
    budget = cfg["budget"]
    patch = (budget["patch_size"] // cfg["scale"]) ** 2
    return float(budget["max_steps"] * budget["batch_size"] * patch)


def _like(job: Job) -> Iterable[dict[str, Any]]:
    """Finished runs of the job's network at its scale."""
    model, folder = stable(job.config.model), job.config.paths.runs
    for path in folder.glob(f"{job.config.name}-x{job.config.scale}-*/record.json"):
        if RunFolder(path.parent).adopted_from:
            continue  # measured elsewhere
        run = _measured(path.parent, path.stat().st_mtime_ns)
        if run["model"] == model:
            yield run


@lru_cache(maxsize=4096)
def _measured(folder: Path, changed: int) -> dict[str, Any]:
    """What a finished run says of its speed; `changed` makes a new record a new question."""
    record = RunFolder(folder).record()
    cfg = yaml.load((folder / "config.yaml").read_text(), Loader=LOADER)
    begun, ended = (datetime.fromisoformat(record[key]) for key in ("started_at", "finished_at"))
    # A run that was interrupted also waited: of its time only the training is known.
    seconds = record["seconds"] if record["resumed"] else (ended - begun).total_seconds()
    facts = {key: record[key] for key in ("threads", "accelerator")}
    return facts | {
        "model": stable(cfg["model"]),
        "pixels": _pixels(cfg),
        "seconds": float(seconds),
    }


def span(seconds: float) -> str:
    """A length of time for people.

    >>> span(42.3), span(700), span(9000)
    ('42 s', '12 min', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def told(jobs: Iterable[Job], threads: int | None, at_once: int) -> str:
    """The time that jobs will take together, and for how many it isn't known; "" if for all.

    Args:
        jobs: yet to be done.
        threads: of each.
        at_once: how many work at a time.
    """
    times = [seconds_left(job, threads) for job in jobs]
    known = [seconds for seconds in times if seconds is not None]
    unknown = len(times) - len(known)
    if not known:
        return ""
    together = f"about {span(sum(known) / min(at_once, len(known)))}"
    runs = "1 run" if unknown == 1 else f"{unknown} runs"
    return f"{together} and {runs} of unknown length" if unknown else together
