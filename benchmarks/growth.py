"""How cost grows with work: a panel for each kind of work, measured at three sizes."""

from collections.abc import Callable

import numpy as np
import torch
from matplotlib.ticker import NullLocator, StrMethodFormatter

from benchmarks import reports, stream, upscaling
from benchmarks.measure import middle, side_by_side
from benchmarks.setting import ROOT
from shoal.data.patches import PatchStream
from shoal.evaluation.metrics import psnr, ssim
from shoal.report.figures.canvas import drawing, line, panels, rendered
from shoal.report.figures.looks import Style
from shoal.system.files import write_whole

FILE = ROOT / "benchmarks" / "growth.png"
LOOKS = {
    "score": Style("#12615a", "#45b8ab", (), "P"),
    "upscale": Style("#a8124f", "#f2719f", (), "o"),
    "stream": Style("#3f8fd2", "#74b5ee", (), "s"),
    "report": Style("#6a3fb5", "#b195f0", (), "X"),
}
# Labels of x and y, and the factor from seconds to the unit of y.
LABELS = {
    "score": ("megapixels of a picture", "ms per megapixel", 1e3),
    "upscale": ("megapixels of the answer", "s per megapixel", 1),
    "stream": ("pictures of the training set", "µs per patch", 1e6),
    "report": ("records of an experiment", "ms per record", 1e3),
}
Costs = dict[int, float]  # by size, per unit of work


def per_unit(actions: dict[int, Callable[[], object]], units: dict[int, float]) -> Costs:
    """Seconds per unit of work, by size."""
    taken = side_by_side(list(actions.values()), rounds=3)
    return {size: middle(s) / units[size] for size, s in zip(actions, taken, strict=True)}


def score() -> Costs:
    """Seconds of PSNR and SSIM per megapixel, by megapixels."""
    pairs = {size: torch.rand(2, 1, 1, 1000 * size, 1000) * 255 for size in (1, 4, 16)}
    actions = {size: lambda pair=pair: (psnr(*pair), ssim(*pair)) for size, pair in pairs.items()}
    return per_unit(actions, {size: float(size) for size in pairs})


def upscale() -> Costs:
    """Seconds of `shoal upscale` per megapixel, by megapixels."""
    if not upscaling.there():
        return {}
    done = {size: upscaling.apart("best runtime", size) for size in (1, 4, 16)}
    return {size: one["seconds"] / one["pixels"] * upscaling.MEGA for size, one in done.items()}


def patches() -> Costs:
    """Seconds of the stream per patch, by pictures of the training set."""
    streams = {n: PatchStream([stream.made_up(n)], 48, 64, seed=0) for n in (4, 40, 400)}
    actions = {n: stream.taking(each) for n, each in streams.items()}
    return per_unit(actions, dict.fromkeys(streams, 16.0 * 64))


def records() -> Costs:
    """Seconds of `shoal report` per record, by records."""
    folders = {size: reports.made_up(size) for size in (250, 1000, 4000)}
    taken = side_by_side(
        [lambda runs=runs: reports.report(runs) for runs in folders.values()], 1, warm_up=False
    )
    return {size: middle(s) / size for size, s in zip(folders, taken, strict=True)}


def measured() -> dict[str, Costs]:
    """All costs, by kind of work."""
    return {"score": score(), "upscale": upscale(), "stream": patches(), "report": records()}


def draw(costs: dict[str, Costs]) -> None:
    """Write the figure."""
    drawn = [name for name in LOOKS if costs[name]]
    with drawing():
        figure, grid = panels(1, len(drawn), (2.6, 2.4), sharey=False)
        figure.subplots_adjust(wspace=0.35)
        for axes, name in zip(grid[0], drawn, strict=True):
            sizes, values = zip(*costs[name].items(), strict=True)
            x, y, unit = LABELS[name]
            axes.plot(sizes, np.array(values) * unit, **line(LOOKS[name]))
            axes.set_title(name)
            axes.set_xscale("log")
            axes.set_xticks(sizes)
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.set_ylim(0, 1.15 * max(values) * unit)
            axes.set_xlabel(x)
            axes.set_ylabel(y)
        write_whole(FILE, rendered(figure, "png"))
