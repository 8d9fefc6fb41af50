"""Made-up runs on disk with known answers, in the format that training leaves."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from helpers.composing import CONF
from helpers.made_up_record import MACS, write_record
from helpers.made_up_samples import write_samples
from shoal import results
from shoal.runs.tables import CURVE

BRANCHED = ("eeds", "dscnn")
# What each model ends at on the validation set, dB: bicubic is 30.
LEVELS = {"bicubic": 30.0, "ees": 31.0, "eed": 31.5, "eeds": 32.0, "dcnn": 31.2, "dscnn": 31.6}
# Steps in which the way from the start to the end shrinks to 1/e.
PACE = {"ees": 120, "eed": 500, "eeds": 250, "dcnn": 450, "dscnn": 300}
# Changes of a study: of pictures that the literature has, and without any chance in its scores.
REAL: Any = {"data": "t91", "budget": "standard", "folder": "ablation/t91-x3-standard"}
EXACT: Any = {"seed_sd": 0.0, "noise_sd": 0.0}


@dataclass
class MadeUp:
    """A study to be written; every score is level + seed + image + noise."""

    experiment: str = "ablation"
    arms: Mapping[str, str] = field(default_factory=lambda: {name: name for name in LEVELS})
    levels: Mapping[str, float] = field(default_factory=lambda: dict(LEVELS))
    scales: Sequence[int] = (3,)
    seeds: Sequence[int] = (0, 1, 2)
    sets: Mapping[str, int] = field(default_factory=lambda: {"Sample": 4})
    data: str = "sample"
    budget: str = "quick"
    protocol: str = "classic"
    precision: str = "32-true"
    folder: str = "ablation/sample-x3-quick"
    digest: str = "0a1b2c3d"
    steps: int = 2000
    every: int = 100
    seed_sd: float = 0.03
    noise_sd: float = 0.01
    samples: bool = False
    record: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # run id -> changes
    diverged: Mapping[str, int] = field(default_factory=dict)  # run id -> step
    running: Mapping[str, int] = field(default_factory=dict)
    absent: Sequence[str] = ()
    claims: Mapping[str, Any] | None = None  # None: those that the experiment's file has
    baseline: str | None = None
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    equal_within: float | None = None
    fitted: Sequence[str] = ()  # models whose runs have seeds and one row
    looks: Sequence[int] | None = None  # at so many seeds each, of 16 at most

    def run_id(self, arm: str, scale: int, seed: int | None) -> str:
        part = "" if seed is None else f"-s{seed}"
        name = f"{self.data} {self.budget if seed is not None else ''} {arm} {scale} {seed}"
        return f"{self.arms[arm]}-x{scale}{part}-{zlib.crc32(name.encode()):08x}"

    def planned(self) -> list[dict[str, Any]]:
        rows = []
        for arm, model in self.arms.items():
            for scale in self.scales:
                for seed in [None] if model == "bicubic" else self.seeds:
                    rows.append({"arm": arm, "scale": scale, "seed": seed})
        return [row | {"id": self.run_id(row["arm"], row["scale"], row["seed"])} for row in rows]

    def write(self, runs: Path) -> Path:
        """Write the grid's file and every run's folder; returns the grid's file."""
        for row in self.planned():
            if row["id"] not in self.absent:
                self._write_run(runs / row["id"], row["arm"], row["scale"], row["seed"])
        grid = {
            "schema": 1,
            "experiment": self.experiment,
            "question": "What does a shallow network add to a deep one?",
            "command": f"python train.py experiment={self.experiment}",
            "folder": self.folder,
            "data": self.data,
            "budget": self.budget,
            "precision": self.precision,
            "protocol": self.protocol,
            "scales": list(self.scales),
            "seeds": list(self.seeds),
            "arms": [
                {"label": arm, "factor": {"model": model}, "overrides": [f"model={model}"]}
                for arm, model in self.arms.items()
            ],
            "claims": claims_of(self.experiment) if self.claims is None else self.claims,
            "baseline": self.baseline,
            "cells": self.cells,
            "runs": self.planned(),
            **({} if self.equal_within is None else {"equal_within": self.equal_within}),
            **({} if self.looks is None else {"looks": self._looks(self.looks)}),
        }
        path = runs / ".experiments" / f"{self.experiment}-{self.digest}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(grid, indent=1))
        return path

    def _looks(self, looks: Sequence[int]) -> list[dict[str, Any]]:
        ends = [-1, *(seeds - 1 for seeds in looks)]
        rows = [(row["seed"] or 0, row["id"]) for row in self.planned()]
        return [
            {"most": 16, "runs": [name for seed, name in rows if before < seed <= end]}
            for before, end in pairwise(ends)
        ]

    def _write_run(self, folder: Path, arm: str, scale: int, seed: int | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(zlib.crc32(folder.name.encode()))
        model = self.arms[arm]
        stop = self.diverged.get(folder.name, self.running.get(folder.name))
        level = self.levels[arm] - 2.0 * (scale - 3)
        curve = self._curve(model, level, seed, rng, stop)
        lines = [",".join(CURVE)] + [",".join(map(_text, row)) for row in curve]
        (folder / "curve.csv").write_text("\n".join(lines) + "\n")
        (folder / "config.yaml").write_text(f"name: {model}\nscale: {scale}\nseed: {seed}\n")
        state = "finished"
        if stop is not None:
            state = "diverged" if folder.name in self.diverged else "running"
        reason = "the loss is not finite" if state == "diverged" else None
        step = stop if stop is not None else int(curve[-1][0])
        status = {"state": state, "reason": reason, "step": step, "resumed": 0, "threads": 2,
                  "host": "here", "pid": 1, "updated": "2026-01-02T03:04:05+00:00"}  # fmt: skip
        (folder / "status.json").write_text(json.dumps(status))
        if state == "finished":
            scores = self._scores(folder, level, seed, rng)
            write_record(self, folder, model, scale, seed, curve, scores)
            if self.samples:
                write_samples(folder / "samples", level, rng, branched=model in BRANCHED)

    def _curve(
        self, model: str, level: float, seed: int | None, rng: np.random.Generator, stop: int | None
    ) -> list[list[float | int | None]]:
        if model in self.fitted:
            return [[0, 60.0, 0, 0.0, None, 0.0, level, 0.9, *[None] * 8]]
        steps = np.arange(0, (0 if seed is None else stop or self.steps) + 1, self.every)
        left = np.exp(-steps / PACE.get(model, 300))
        psnr = level - 16.0 * left * (steps < 1e9) * (seed is not None)
        psnr += rng.normal(0, self.noise_sd, len(steps)) * (seed is not None)
        macs = 3 * MACS.get(model, 0) * steps * 8 * 64.0
        rows: list[list[float | int | None]] = []
        for i, step in enumerate(steps):
            loss = None if step == 0 else float(10 ** (-psnr[i] / 10))
            row: list[float | int | None] = [int(step), macs[i] / 6e10, int(step) * 8, macs[i]]
            row += [loss, 1e-3 if seed is not None else None, float(psnr[i]), 0.9]
            if model in BRANCHED:
                row += [psnr[i] - 3 - 2 * left[i], 12 - left[i], 0.05 * (1 - left[i]) + 1e-4,
                        0.0005,
                        0.002 * (1 - left[i]) + 1e-5, 0.004 * (1 - left[i]) + 1e-5,
                        0.97 - 0.5 * left[i], 0.2]  # fmt: skip
            else:
                row += [None] * 8
            rows.append(row)
        return rows

    def _scores(
        self, folder: Path, level: float, seed: int | None, rng: np.random.Generator
    ) -> list[tuple[str, str, str, float, float]]:
        seed_effect = 0.0 if seed is None else rng.normal(0, self.seed_sd)
        rows = []
        for dataset, count in self.sets.items():
            for image in range(count):
                # the same picture is as hard for every run
                hard = np.random.default_rng(zlib.crc32(f"{dataset}{image}".encode())).normal(0, 2)
                psnr = level + seed_effect + hard + rng.normal(0, self.noise_sd)
                rows.append((dataset, f"{image:03d}", self.protocol, psnr, 0.8 + 0.01 * hard))
        lines = ["dataset,image,protocol,psnr,ssim"] + [",".join(map(_text, row)) for row in rows]
        (folder / "scores.csv").write_text("\n".join(lines) + "\n")
        return rows


def claims_of(experiment: str) -> dict[str, Any]:
    """The claims that an experiment of ours has, as its file has them."""
    path = CONF / "experiment" / f"{experiment}.yaml"
    if not path.is_file():
        return {}
    return yaml.safe_load(path.read_text())["experiment"].get("claims", {})


def study_of(made: MadeUp, runs: Path) -> results.Study:
    """Write a study and read it."""
    made.write(runs)
    return results.load(runs, made.experiment)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
