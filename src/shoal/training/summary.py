"""The small table printed after a run: bicubic beside the model, per test set."""

from collections.abc import Sequence

from rich.table import Table

from shoal.runs.tables import Means
from shoal.system.screen import screen


def print_summary(name: str, protocol: str, model: Means, bicubic: Means) -> None:
    """Print mean PSNR and SSIM of a model beside bicubic's.

    Args:
        name: the model's.
        protocol: the protocol whose scores are shown.
        model: the model's means, by test set and protocol: psnr (dB), ssim, images.
        bicubic: bicubic's means.
    """
    table = Table("test set", "images", title=f"{name}, protocol {protocol}", title_justify="left")
    for column in ("bicubic PSNR", f"{name} PSNR", "gain", "bicubic SSIM", f"{name} SSIM"):
        table.add_column(column, justify="right")
    for dataset, protocols in model.items():
        if protocol not in protocols or dataset not in bicubic:
            continue
        ours, base = protocols[protocol], bicubic[dataset][protocol]
        same = ours["psnr"] == base["psnr"]  # both are infinite for flat pictures
        gain = 0.0 if same else ours["psnr"] - base["psnr"]
        table.add_row(
            dataset,
            f"{ours['images']:.0f}",
            f"{base['psnr']:.2f}",
            f"{ours['psnr']:.2f}",
            f"{gain:+.2f}",
            f"{base['ssim']:.4f}",
            f"{ours['ssim']:.4f}",
        )
    screen().print(table)
    if beside := extra_columns(model, protocol):
        screen().print(_columns(name, protocol, beside, model, bicubic))


def _columns(
    name: str, protocol: str, beside: Sequence[str], model: Means, bicubic: Means
) -> Table:
    """Return a table of the columns that `metrics=` added, apart so as to fit a narrow terminal."""
    table = Table("test set", "column")
    for whose in ("bicubic", name):
        table.add_column(whose, justify="right")
    for dataset, protocols in model.items():
        ours, base = (sets.get(protocol, {}) for sets in (protocols, bicubic.get(dataset, {})))
        for column in beside:
            table.add_row(dataset, column, _shown(base.get(column)), _shown(ours.get(column)))
    return table


def extra_columns(model: Means, protocol: str) -> list[str]:
    """Return the names of the columns besides PSNR and SSIM that any test set has."""
    named = (name for sets in model.values() for name in sets.get(protocol, {}))
    return [name for name in dict.fromkeys(named) if name not in ("psnr", "ssim", "images")]


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
