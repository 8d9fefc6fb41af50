"""What a run's two CSV files hold: the curve's columns, the scores' columns and their means.

Imports no PyTorch: training writes these files, reports read them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

CURVE = (
    *("step", "seconds", "patches", "macs", "train/loss", "lr"),
    *("val/psnr", "val/ssim", "val/psnr_shallow", "val/psnr_deep"),
    *("shallow/low", "shallow/high", "deep/low", "deep/high"),
    *("shallow/corr_low", "deep/corr_low"),
)
SCORES = ("dataset", "image", "protocol", "psnr", "ssim")
Means = dict[str, dict[str, dict[str, float]]]


def extras(columns: Iterable[str]) -> list[str]:
    """The columns of a run's scores beside PSNR and SSIM: whatever `metrics=` added.

    >>> extras(["dataset", "image", "protocol", "psnr", "ssim", "vif"])
    ['vif']
    """
    return [name for name in columns if name not in SCORES]


def score_columns(scores: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns of `scores.csv` for these rows, some of which may lack some."""
    return [*SCORES, *extras(dict.fromkeys(name for row in scores for name in row))]


def means(scores: Iterable[Mapping[str, Any]]) -> Means:
    """Means over images, by data set and protocol: psnr (dB), ssim, images, and other columns.

    A column that some image of a set has no value in has no mean.

    Args:
        scores: one row per image, with at least the columns `SCORES`; numbers may be text.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in scores:
        groups.setdefault((row["dataset"], row["protocol"]), []).append(row)
    table: Means = {}
    for (dataset, protocol), group in groups.items():
        table.setdefault(dataset, {})[protocol] = {
            "psnr": sum(float(row["psnr"]) for row in group) / len(group),
            "ssim": sum(float(row["ssim"]) for row in group) / len(group),
            "images": len(group),
        } | {
            name: sum(float(row[name]) for row in group) / len(group)
            for name in extras(group[0])
            if all(row.get(name) not in (None, "") for row in group)
        }
    return table
