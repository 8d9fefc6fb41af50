"""`shoal upscale`: files enlarged one after another; what can't be read is named and skipped."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.progress import Progress

from shoal.errors import UserError, one_line
from shoal.pictures import formats, writing
from shoal.pictures.images import Picture, read
from shoal.pictures.levels import eight_bits
from shoal.system.progress import bars
from shoal.upscale import fitting, jpeg
from shoal.upscale.factor import Factor
from shoal.upscale.jobs import Job, Plan
from shoal.upscale.networks import Networks
from shoal.upscale.stamp import stamped
from shoal.upscale.upscaler import Upscaler


@dataclass(frozen=True)
class Enlarging:
    """How pictures are enlarged.

    Attributes:
        networks: one for each result of a picture.
        factor: how much larger.
        same: whether JPEGs are written at the lowest quality whose losses can't be seen.
    """

    networks: Sequence[Networks]
    factor: Factor
    same: bool = False

    def upscalers(self, scale: float, picture: Path) -> list[Upscaler]:
        """The upscalers for the results of a picture, one for each of `networks`."""
        return [each.upscaler(each.row(scale), picture) for each in self.networks]


def enlarge_files(plan: Plan, how: Enlarging) -> int:
    """Enlarge pictures and write them; a line on stdout says what became of each.

    Returns:
        How many were skipped, each named on stderr with the reason.

    Raises:
        UserError: a network can't be run, which concerns all pictures.
    """
    skipped = len(plan.refused)
    say_refused(plan)
    with bars() as bar:
        pictures = bar.add_task("pictures", total=len(plan.jobs))
        for job in plan.jobs:
            if (reason := _done(job, how, bar)) is not None:
                _say_skipped(reason)
                skipped += 1
            bar.advance(pictures)
    return skipped


def _done(job: Job, how: Enlarging, bar: Progress) -> str | None:
    """Do one picture; returns the reason if it is skipped."""
    try:
        lr = read(job.source)
        scale = _scale(job, lr, how.factor)
    except UserError as error:
        return str(error)
    _say(job.source, lr.notes)
    upscalers = how.upscalers(scale, job.source)  # whose errors aren't the picture's
    try:
        _enlarge(job, lr, upscalers, how, bar)
    except UserError as error:
        return str(error)
    print(one_line(f"{_becomes(job)}{described(upscalers[0], scale)}"), flush=True)
    return None


def rehearse(plan: Plan) -> int:
    """Say what `enlarge_files` would write if all pictures can be read; returns as it does."""
    say_refused(plan)
    for job in plan.jobs:
        print(one_line(f"would write {_becomes(job)}"), flush=True)
    return len(plan.refused)


def _becomes(job: Job) -> str:
    return f"{job.source} -> {', '.join(map(str, job.written))}"


def say_refused(plan: Plan) -> None:
    """Say on stderr which pictures a plan leaves out, and why."""
    for reason in dict.fromkeys(plan.refused.values()):
        _say_skipped(reason)
    if plan.kept:
        print(f"shoal: {plan.kept} were there already", file=sys.stderr, flush=True)


def described(upscaler: Upscaler, scale: float) -> str:
    """How a result was made, in brackets; empty if a single network made it."""
    names = [f"{upscaler.model} {each.partition(' ')[0]}" for each in upscaler.weights]
    reduced = f", reduced to x{scale:.4g}" if scale != upscaler.scale else ""
    return f" ({', then '.join(names)}{reduced})" if reduced or len(names) > 1 else ""


def _say_skipped(reason: str) -> None:
    print(f"shoal: skipped {one_line(reason)}", file=sys.stderr, flush=True)


def _scale(job: Job, lr: Picture, factor: Factor) -> float:
    try:
        return factor.of(*lr.pixels.shape[:2])
    except UserError as error:
        raise UserError(f"{job.source}: {error}") from None


def _enlarge(
    job: Job, lr: Picture, upscalers: Sequence[Upscaler], how: Enlarging, bar: Progress
) -> None:
    given, size = lr.pixels.shape[:2], how.factor.size(*lr.pixels.shape[:2])
    scale, results = how.factor.of(*given), []
    for upscaler, target in zip(upscalers, job.targets, strict=True):
        tiles = bar.add_task("tiles", total=fitting.count(upscaler, given, size))
        try:
            sr = fitting.fitted(upscaler, lr, size, partial(bar.advance, tiles))
            _write(target, stamped(sr, upscaler, scale), how)
        finally:
            bar.remove_task(tiles)
        results.append(sr)
    if job.comparison is not None:
        from shoal.upscale.comparison import drawn  # here, since it imports PyTorch

        sheet = drawn(lr, list(zip(upscalers, results, strict=True)), how.factor)
        writing.write(job.comparison, Picture(sheet))


def _write(target: Path, sr: Picture, how: Enlarging) -> None:
    smaller = how.same and formats.of(target) == formats.FORMATS["jpg"]
    options = jpeg.options(eight_bits(sr.pixels)) if smaller else None
    _say(target, writing.write(target, sr, options))


def _say(path: Path, notes: Iterable[str]) -> None:
    """Say on stderr what was left out of a file."""
    for note in notes:
        print(f"shoal: {one_line(f'{path}: {note}')}", file=sys.stderr, flush=True)
