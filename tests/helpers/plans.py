"""Plans of the real experiments, for tests of grids."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment
from shoal.grid.experiment_asked import read
from shoal.grid.plan import Plan
from shoal.grid.planned import PlannedRun

Composing = Callable[..., PlannedRun]


@cache
def master(loader: ConfigLoader, *overrides: str) -> DictConfig:
    return loader.load_configuration("config", list(overrides), RunMode.MULTIRUN)


@cache
def experiment(loader: ConfigLoader, name: str) -> Experiment:
    return read(loader, master(loader, f"experiment={name}"))


def plan_of(loader: ConfigLoader, name: str, *combinations: list[str]) -> Plan:
    """The plan of `experiment=NAME`, asked for these combinations of overrides."""
    config = master(loader, f"experiment={name}")
    params = OmegaConf.to_container(config.hydra.sweeper.params)
    default = [[f"scale={scale}"] for scale in params.get("scale", "3").split(",")]
    composing = partial(compose, loader, config)
    return Plan(experiment(loader, name), combinations or default, composing)


def finish(run: PlannedRun, **facts: Any) -> None:
    """Leave what a finished run leaves, as far as grids look at it."""
    folder = run.folder
    folder.create()
    folder.write("config.yaml", run.config.yaml())
    scores = {
        each.name: {run.config.protocol: {"images": len(each.files)}} for each in run.selection.test
    }
    times = {"started_at": "2026-01-01T10:00:00+00:00", "finished_at": "2026-01-01T10:10:00+00:00"}
    record = {"scores": scores, "resumed": 0, "seconds": 500.0, "threads": 2, "accelerator": "cpu"}
    digests = {"data_digests": run.selection.digests()}
    folder.write_json("record.json", record | times | digests | facts)
