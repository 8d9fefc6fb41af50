"""How long runs take, measured on the runs that are here: nothing is guessed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import yaml

from shoal.grid.planned import PlannedRun
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.system.targets import stable

# libyaml's loader is ten times as fast, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Measured:
    """What a finished run says of its speed.

    Attributes:
        model: its network's config.
        pixels: LR pixels that it trained on.
        seconds: from its beginning to its record.
        threads: that it had.
        accelerator: `cpu`, `cuda`, ...
    """

    model: Any
    pixels: float
    seconds: float
    threads: int
    accelerator: str


def seconds_left(run: PlannedRun, threads: int | None) -> float | None:
    """What a run has yet to take, in seconds; None where no run of its model has finished here.

    The measure is the finished run of the same network and scale whose amount of training is the
    nearest, taken in proportion to the LR pixels trained on and, on a processor, to the threads.

    Args:
        run: to be made.
        threads: that it will have; None: as many as the measured one.
    """
    config = run.config
    wanted = _pixels(asdict(config.budget), config.scale)
    best = min(_like(run), key=lambda done: abs(log(done.pixels / wanted)), default=None)
    if best is None:
        return None
    seconds = best.seconds
    if config.kind is Kind.TRAINED:
        seconds *= wanted / best.pixels * (1 - run.folder.step / config.budget.max_steps)
    if threads and best.accelerator == "cpu":
        seconds *= best.threads / threads
    return seconds


def _pixels(budget: Mapping[str, Any], scale: int) -> float:
    """LR pixels that a run trains on."""
    patch = (budget["patch_size"] // scale) ** 2
    return float(budget["max_steps"] * budget["batch_size"] * patch)


def _like(run: PlannedRun) -> Iterable[Measured]:
    """Finished runs of the same network at the same scale."""
    model, folder = stable(run.config.model), run.config.paths.runs
    for path in folder.glob(f"{run.config.name}-x{run.config.scale}-*/record.json"):
        if RunFolder(path.parent).adopted_from:
            continue  # measured elsewhere
        done = _measured(path.parent, path.stat().st_mtime_ns)
        if done.model == model:
            yield done


@lru_cache(maxsize=4096)
def _measured(folder: Path, changed: int) -> Measured:
    """What the record says; `changed`, when it was written, makes a new record a new question."""
    record = RunFolder(folder).record()
    cfg = yaml.load((folder / "config.yaml").read_text(), Loader=LOADER)
    begun, ended = (datetime.fromisoformat(record[key]) for key in ("started_at", "finished_at"))
    # A run that was interrupted also waited: of its time only the training is known.
    seconds = record["seconds"] if record["resumed"] else (ended - begun).total_seconds()
    return Measured(
        model=stable(cfg["model"]),
        pixels=_pixels(cfg["budget"], cfg["scale"]),
        seconds=float(seconds),
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


def together(runs: Iterable[PlannedRun], threads: int | None, at_once: int) -> str:
    """The time that runs will take together, and for how many it isn't known; "" if for all.

    Args:
        runs: yet to be made.
        threads: of each.
        at_once: how many work at a time.
    """
    times = [seconds_left(run, threads) for run in runs]
    known = [seconds for seconds in times if seconds is not None]
    unknown = len(times) - len(known)
    if not known:
        return ""
    time = f"about {span(sum(known) / min(at_once, len(known)))}"
    others = "1 run" if unknown == 1 else f"{unknown} runs"
    return f"{time} and {others} of unknown length" if unknown else time
