"""How long a run takes, measured on the runs that are here: nothing is guessed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import yaml

from shoal.errors import UserError
from shoal.runs import config_file
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.system.targets import stable


@dataclass(frozen=True)
class Measured:
    """What a finished run says of its speed.

    Attributes:
        model: its network's config.
        data: the name of its pictures.
        pixels: LR pixels that it trained on.
        validations: how often it was validated.
        start: seconds from the command to the run's beginning.
        training: seconds of its steps.
        validating: seconds of all its validations.
        scoring: seconds from the last step to the record.
        threads: that it had.
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
    """What a run has yet to take, in seconds; None where no run of its model has finished here.

    The measure is the finished run of the same network and scale whose amount of training is the
    nearest. Its training is taken in proportion to the LR pixels, its validations to their number,
    and both and the scoring, on a processor, to the threads; the start takes what it took.

    Args:
        run: to be made.
        threads: that it will have; None: as many as the measured one.
        is_ready: whether its start costs nothing, since it gets ready while another works.
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
    """How unlike two runs are: other pictures, which take other times, count as twice as long."""
    return abs(log(done.pixels / wanted)) + log(2) * (done.data != run.config.data.name)


def _pixels(budget: Mapping[str, Any], scale: int) -> float:
    """LR pixels that a run trains on."""
    patch = (budget["patch_size"] // scale) ** 2
    return float(budget["max_steps"] * budget["batch_size"] * patch)


def _validations(budget: Mapping[str, Any]) -> float:
    """How often a run is validated: at the start too, and at the end."""
    return float(1 - -budget["max_steps"] // budget["val_every"])


def _like(run: Run) -> Iterable[Measured]:
    """Finished runs of the same network at the same scale."""
    model, folder = stable(run.config.model), run.config.paths.runs
    for path in folder.glob(f"{run.config.name}-x{run.config.scale}-*/record.json"):
        if RunFolder(path.parent).adopted_from:
            continue  # measured elsewhere
        done = _measured(path.parent, path.stat().st_mtime_ns)
        if done is not None and done.model == model:
            yield done


@lru_cache(maxsize=4096)
def _measured(folder: Path, changed: int) -> Measured | None:
    """What the record says; `changed`, when it was written, makes a new record a new question.

    A damaged record says nothing, and shall not keep another run from its work.
    """
    try:
        return _read(RunFolder(folder).record(), config_file.plain(folder))
    except (UserError, OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
        return None


def _read(record: Mapping[str, Any], cfg: Mapping[str, Any]) -> Measured:
    begun, ended = (datetime.fromisoformat(record[key]) for key in ("started_at", "finished_at"))
    training, scoring = float(record["seconds"]), float(record.get("scoring_seconds") or 0)
    rest = (ended - begun).total_seconds() - training - scoring
    return Measured(
        model=stable(cfg["model"]),
        data=str(cfg["data"]["name"]),
        pixels=_pixels(cfg["budget"], cfg["scale"]),
        validations=_validations(cfg["budget"]),
        start=float(record.get("start_seconds") or 0),
        training=training,
        # A run that was interrupted also waited: of its validations nothing is known.
        validating=0.0 if record["resumed"] else max(0.0, rest),
        scoring=scoring,
        threads=record["threads"],
        accelerator=record["accelerator"],
    )


def span(seconds: float) -> str:
    """A length of time for people.

    >>> span(42.3), span(700), span(9000)
    ('42 s', '12 min', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
