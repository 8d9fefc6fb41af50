"""`shoal upscale`: file after file, with a bar; what can't be read is named and skipped."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from shoal.errors import UserError, one_line
from shoal.pictures import formats
from shoal.pictures.grounds import shown
from shoal.pictures.images import Picture, read
from shoal.pictures.resample import upscale
from shoal.system.progress import bars
from shoal.upscale.jobs import Job
from shoal.upscale.upscaler import Upscaler

SQUARE = 8  # LR pixels: of the checkerboard that shows what is transparent


def enlarge_files(jobs: Sequence[Job], upscaler: Upscaler) -> int:
    """Enlarge pictures and write them, saying on stdout what became of each.

    Returns:
        How many were skipped, each named on stderr with its reason.
    """
    skipped = 0
    with bars() as bar:
        pictures = bar.add_task("pictures", total=len(jobs))
        for job in jobs:
            try:
                _enlarge(job, upscaler, bar)
            except UserError as error:
                print(f"shoal: skipped {one_line(str(error))}", file=sys.stderr, flush=True)
                skipped += 1
            else:
                print(f"{job.source} -> {', '.join(map(str, job.written))}", flush=True)
            bar.advance(pictures)
    return skipped


def _enlarge(job: Job, upscaler: Upscaler, bar: Progress) -> None:
    lr = read(job.source)
    tiles = bar.add_task("tiles", total=len(upscaler.tiles(*lr.pixels.shape[:2])))
    try:
        sr = upscaler.picture(lr, step=lambda: bar.advance(tiles))
        formats.write(job.target, sr)
        if job.comparison is not None:
            _compare(job.comparison, lr, sr, upscaler)
    finally:
        bar.remove_task(tiles)


def bicubic(upscaler: Upscaler) -> Upscaler:
    """The same upscaler with interpolation in the place of its network."""
    return replace(
        upscaler, run=lambda lr: upscale(lr, upscaler.scale), ensemble=False, halved=None
    )


def _compare(path: Path, lr: Picture, sr: Picture, upscaler: Upscaler) -> None:
    from shoal.upscale.comparison import comparison  # it brings PyTorch

    square = SQUARE * upscaler.scale
    enlarged = shown(bicubic(upscaler).picture(lr), square)
    given, larger = shown(lr, SQUARE), shown(sr, square)
    sheet = comparison(given, enlarged, larger, upscaler.model, upscaler.scale)
    formats.write(path, Picture(sheet))
