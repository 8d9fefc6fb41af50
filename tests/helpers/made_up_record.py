"""The record of a made-up run, in the format that training leaves."""

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from helpers.made_up import MadeUp

MACS = {"ees": 20_000, "eed": 1_690_000, "eeds": 1_710_000, "dcnn": 2_030_000, "dscnn": 2_530_000}
PARAMETERS = {"ees": 7449, "eed": 249_065, "eeds": 256_514, "dcnn": 228_353, "dscnn": 285_536}


def write_record(
    made: "MadeUp",
    folder: Path,
    model: str,
    scale: int,
    seed: int | None,
    curve: list[list[float | int | None]],
    scores: list[tuple[str, str, str, float, float]],
) -> None:
    """Write the record of a finished run, with the changes that the study makes to it."""
    trained = seed is not None
    psnr = [float(row[6] or 0) for row in curve]
    best = int(np.argmax(psnr))
    record: dict[str, Any] = {
        "schema": 1, "id": folder.name, "model": model, "scale": scale, "seed": seed,
        "data": made.data, "budget": made.budget if trained else None,
        "parameters": PARAMETERS.get(model, 0), "macs_per_lr_pixel": MACS.get(model, 0),
        "steps": curve[-1][0], "patches": curve[-1][2], "macs": curve[-1][3],
        "seconds": curve[-1][1], "resumed": 0,
        "patches_per_second": 250.0 if trained else None,
        "peak_memory_mib": 512.0, "dead_channels": 0.02 if trained else None,
        "seconds_per_megapixel": MACS.get(model, 9) / 1e6,
        "val": {"best_psnr": psnr[best], "best_step": curve[best][0],
                "final_psnr": psnr[-1], "final_ssim": 0.9},
        "scores": {name: {made.protocol: {
            "psnr": float(np.mean([row[3] for row in scores if row[0] == name])),
            "ssim": float(np.mean([row[4] for row in scores if row[0] == name])),
            "images": count}} for name, count in made.sets.items()},
        "results": 1, "commit": "1e10" + "5" * 36, "dirty": False,
        "versions": {"python": "3.11.7", "torch": "2.13.0"},
        "processor": "AMD EPYC", "accelerator": "cpu", "threads": 2, "precision": "32-true",
        "data_digests": {"train": "aa" * 32, "val": "bb" * 32}
        | {name: f"{zlib.crc32(name.encode()):08x}" * 8 for name in made.sets},
        "weights_sha256": f"{zlib.crc32(folder.name.encode()):08x}" * 8 if trained else None,
        "command": f"python train.py model={model} scale={scale}"
        + (f" seed={seed}" if trained else ""),
        "started_at": "2026-01-02T03:00:00+00:00", "finished_at": "2026-01-02T03:04:05+00:00",
    }  # fmt: skip
    if model in made.fitted:
        record |= {"kind": "fitted", "budget": None, "dead_channels": None}
        record |= {"patches_per_second": None, "parameters": 5000, "macs_per_lr_pixel": 3000}
    (folder / "record.json").write_text(json.dumps(record | made.record.get(folder.name, {})))
