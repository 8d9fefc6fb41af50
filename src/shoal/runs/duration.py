"""Estimates how long a run takes, from finished runs of the same network in the same folder."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

from yaml import YAMLError

from shoal.errors import UserError
from shoal.runs import config_file
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.system.targets import stable


@dataclass(frozen=True)
class Measured:
    """What a finished run's record says about its speed.

    Attributes:
        model: the network's config.
        data: the name of its pictures.
        pixels: the number of LR pixels that it trained on.
        validations: the number of validations.
        start: seconds from the command until the run began.
        training: seconds of all steps.
        validating: seconds of all validations.
        scoring: seconds from the last step to the record.
        threads: the number of threads.
        accelerator: `cpu`, `cuda`, ...
    """

    model: Any
    data: str
    pixels: float
    validations: float
    start: float
    training: float
    validating: float
    scoring: float
    threads: int
    accelerator: str


def seconds_left(run: Run, threads: int | None, *, is_ready: bool = False) -> float | None:
    """Estimate how long a run will still take, in seconds; None if no such run has finished here.

    The estimate rests on the finished run of the same network and scale whose amount of training
    is the closest. Training time scales with the LR pixels, validation time with the number of
    validations. On a CPU both, and scoring, scale with the inverse of the number of threads. The
    time of the start is taken as it was.

    Args:
        run: the run to be made.
        threads: the threads that it will have; None: as many as the measured one had.
        is_ready: whether its start takes no time, since it gets ready while another run works.
    """
    config = run.config
    wanted = _pixels(asdict(config.budget), config.scale)
    best = min(_like(run), key=lambda done: _distance(done, run, wanted), default=None)
    if best is None:
        return None
    working = best.training + best.validating
    if config.kind is Kind.TRAINED:
        folder = run.folder
        done = folder.status().get("step", 0) if folder.held else folder.saved
        more = _validations(asdict(config.budget)) / best.validations
        working = best.training * wanted / best.pixels + best.validating * more
        working *= max(0.0, 1 - done / config.budget.max_steps)
    working += best.scoring
    if threads and best.accelerator == "cpu":
        working *= best.threads / threads
    return working if is_ready else best.start + working


def _distance(done: Measured, run: Run, wanted: float) -> float:
    """Return how unlike two runs are; other pictures count as much as twice the training."""
    return abs(log(done.pixels / wanted)) + log(2) * (done.data != run.config.data.name)


def _pixels(budget: Mapping[str, Any], scale: int) -> float:
    """Return the number of LR pixels that a run trains on."""
    patch = (budget["patch_size"] // scale) ** 2
    return float(budget["max_steps"] * budget["batch_size"] * patch)


def _validations(budget: Mapping[str, Any]) -> float:
    """Return how often a run is validated, including at the start and at the end."""
    return float(1 - -budget["max_steps"] // budget["val_every"])


def _like(run: Run) -> Iterable[Measured]:
    """Yield the finished runs of the same network at the same scale."""
    model, folder = stable(run.config.model), run.config.paths.runs
    for path in folder.glob(f"{run.config.name}-x{run.config.scale}-*/record.json"):
        if RunFolder(path.parent).adopted_from:
            continue  # measured elsewhere
        done = _measured(path.parent, path.stat().st_mtime_ns)
        if done is not None and done.model == model:
            yield done


@lru_cache(maxsize=4096)
def _measured(folder: Path, changed: int) -> Measured | None:
    """Read what a run's record says about its speed; None if a file of the run is damaged.

    Args:
        folder: the run's folder.
        changed: when the record was written, so that a cached answer ends with its record.
    """
    try:
        return _read(RunFolder(folder).record(), config_file.plain(folder))
    except (UserError, OSError, ValueError, LookupError, TypeError, ArithmeticError, YAMLError):
        return None


def _read(record: Mapping[str, Any], cfg: Mapping[str, Any]) -> Measured:
    begun, ended = (datetime.fromisoformat(record[key]) for key in ("started_at", "finished_at"))
    training, scoring = float(record["seconds"]), float(record.get("scoring_seconds") or 0)
    rest = (ended - begun).total_seconds() - training - scoring
    if not (pixels := _pixels(cfg["budget"], cfg["scale"])) > 0:
        raise ValueError("a run trains on some pixels")
    return Measured(
        model=stable(cfg["model"]),
        data=str(cfg["data"]["name"]),
        pixels=pixels,
        validations=_validations(cfg["budget"]),
        start=float(record.get("start_seconds") or 0),
        training=training,
        # An interrupted run also stood idle, so the rest of its time says nothing.
        validating=0.0 if record["resumed"] else max(0.0, rest),
        scoring=scoring,
        threads=int(record["threads"]),
        accelerator=record["accelerator"],
    )


def span(seconds: float) -> str:
    """Format a length of time for people.

    >>> span(42.3), span(700), span(9000)
    ('42 s', '12 min', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
