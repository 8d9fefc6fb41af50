"""One experiment, really planned, whose runs leave made-up scores."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode

from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment
from shoal.grid.plan import Plan
from shoal.grid.plan_file import write
from shoal.grid.planned import PlannedRun
from shoal.runs.tables import SCORES
from shoal.seeding.loop import Loop
from shoal.seeding.resuming import take_up
from shoal.seeding.settings import Settings

ARMS = {"bicubic": "bicubic", "deep": "eed", "both": "eeds", "shallow": "ees"}
PSNR = {"measure": "psnr", "greater": ["both"]}
CLAIMS: dict[str, object] = {
    "X1": {"says": "far apart", "tests": [PSNR | {"lesser": ["shallow"]}]},
    "X2": {"says": "near", "tests": [PSNR | {"lesser": ["deep"]}]},
}


@dataclass
class Lab:
    """Plans one experiment in a folder of its own, and makes its runs."""

    loader: ConfigLoader
    folder: Path
    levels: dict[str, float] = field(
        default_factory=lambda: {"bicubic": 28.0, "deep": 30.0, "both": 30.0, "shallow": 29.0}
    )
    sd: float = 0.015
    failing: str = ""
    made: list[list[str]] = field(default_factory=list)  # of each batch, `arm seed`

    def plan(self, settings: Settings, claims: dict[str, object] = CLAIMS, *leave: str) -> Plan:
        config = self.loader.load_configuration("config", [], RunMode.MULTIRUN)
        arms = {name: (f"model={model}",) for name, model in ARMS.items() if name not in leave}
        given = settings.start([["seed=auto", f"paths.runs={self.folder}", "budget=smoke"]])
        experiment = Experiment("near", "?", ("model",), arms, claims=claims)
        return Plan(experiment, given, partial(compose, self.loader, config), looks=[])

    def issue(self, plan: Plan, settings: Settings) -> list[JobReturn]:
        take_up(plan)
        write(plan, "train.py")
        self.made = []
        return Loop(plan, settings, "train.py", self._make).run()

    def _make(self, runs: Sequence[tuple[str, PlannedRun]]) -> list[JobReturn]:
        once = {run.folder.id: (label, run) for label, run in runs}.values()
        todo = [(label, run) for label, run in once if not run.folder.finished]
        self.made.append([f"{label} {run.config.seed}" for label, run in todo])
        for label, run in todo:
            if label != self.failing:
                self._finish(label, run)
        failed = any(label == self.failing for label, _ in todo)
        done = JobReturn([], status=JobStatus.FAILED if failed else JobStatus.COMPLETED)
        return [done]

    def _finish(self, label: str, run: PlannedRun) -> None:
        level = self.levels[label]
        if label != "bicubic":
            level += random.Random(f"{label} {run.config.seed}").gauss(0, self.sd)
        rows = [
            {"dataset": "Sample", "image": f"{i}.png", "protocol": "classic", "ssim": 0.9}
            | {"psnr": level + i + random.Random(f"{label}{i}").gauss(0, 0.01)}
            for i in range(9)
        ]
        run.folder.create()
        run.folder.write_rows("scores.csv", SCORES, rows)
        run.folder.write("config.yaml", run.config.yaml())
        times = dict.fromkeys(("started_at", "finished_at"), "2026-01-01T10:00:00+00:00")
        record = {"seconds": 60.0, "threads": 2, "resumed": 0, "accelerator": "cpu", "results": 2}
        counts = {
            each.name: {"classic": {"images": len(each.files)}} for each in run.selection.test
        }
        digests = {"data_digests": run.selection.digests(), "scores": counts}
        run.folder.write_json("record.json", record | times | digests)

    def looks(self, plan: Plan) -> list[int]:
        """How many runs each look was the first to see."""
        return [len(look["runs"]) for look in json.loads(plan.path.read_text())["looks"]]
