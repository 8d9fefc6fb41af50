"""The columns of a run's `curve.csv` and `scores.csv`, and the means of scores.

This module imports no PyTorch, since reports read the files that training writes.
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
    """Return the columns of a run's scores besides PSNR and SSIM, which `metrics=` has added.

    >>> extras(["dataset", "image", "protocol", "psnr", "ssim", "vif"])
    ['vif']
    """
    return [name for name in columns if name not in SCORES]


def score_columns(scores: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns of `scores.csv` for these rows; not every row needs to have all."""
    return [*SCORES, *extras(dict.fromkeys(name for row in scores for name in row))]


def means(scores: Iterable[Mapping[str, Any]]) -> Means:
    """Average over images, by test set and protocol: psnr (dB), ssim, images, and other columns.

    A column has no mean for a set if an image of the set has no value in it.

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
