"""What a run's two CSV files hold: the curve's columns, the scores' columns and their means.

Imports no PyTorch: training writes these files, reports read them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shoal.data.selection import test_key
from shoal.data.sets import PictureSet

CURVE = (
    *("step", "seconds", "patches", "macs", "train/loss", "lr"),
    *("val/psnr", "val/ssim", "val/psnr_shallow", "val/psnr_deep"),
    *("shallow/low", "shallow/high", "deep/low", "deep/high"),
    *("shallow/corr_low", "deep/corr_low"),
)
SCORES = ("dataset", "image", "protocol", "psnr", "ssim")
Means = dict[str, dict[str, dict[str, float]]]


def is_scored(record: Mapping[str, Any], pictures: PictureSet, protocol: str) -> bool:
    """Whether a record has scores by a protocol of a test set as it is now, names included."""
    known = record["data_digests"].get(test_key(pictures)) == pictures.scored
    return known and protocol in record["scores"].get(pictures.name, {})


def means(scores: Iterable[Mapping[str, Any]]) -> Means:
    """Means over images, by data set and protocol: psnr (dB), ssim, images.

    Args:
        scores: one row per image, with the columns `SCORES`; numbers may be text.
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
        }
    return table
