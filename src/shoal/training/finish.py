"""What a finished run leaves on disk: scores, samples, weights and, last of all, the record."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import Logger
from omegaconf import DictConfig, OmegaConf
from torch import nn

from shoal.dashboards.base import dashboards
from shoal.data.catalog import PictureSet, locate
from shoal.data.module import Pictures, SuperResolutionData
from shoal.data.selection import Selection
from shoal.errors import UserError
from shoal.evaluation.benchmark import Score, score
from shoal.evaluation.crops import write_samples
from shoal.models import weights
from shoal.models.bicubic import Bicubic
from shoal.models.profile import dead_channels, parameters, seconds_per_megapixel
from shoal.runs import environment, identity
from shoal.runs.folder import RunFolder, now
from shoal.runs.tables import SCORES, Means, means
from shoal.system.files import write_whole
from shoal.training.fit import Fitted, build
from shoal.training.summary import print_summary

SAMPLES = 3  # pictures of the first test set that crops are kept of


def write_record(
    cfg: DictConfig,
    folder: RunFolder,
    fitted: Fitted,
    data: SuperResolutionData,
    selection: Selection,
    about: Mapping[str, Any],
    loggers: Sequence[Logger],
) -> None:
    """Score the final weights and write everything; the record, which ends the run, comes last.

    Args:
        cfg: the run's config.
        folder: where to.
        fitted: the trained network and its curve.
        data: the validation pictures, for the share of dead channels and the network's speed.
        selection: the test sets.
        about: what the record says of the run beyond that.
        loggers: dashboards among them are shown samples, scores and summary.
    """
    network = fitted.network.eval()
    rows = _score(cfg, network, selection)
    folder.write_rows("scores.csv", SCORES, rows)
    strips = _write_samples(cfg, folder, network, selection)
    lr = [lr for lr, _ in Pictures(data.val).all()]
    record = _facts(cfg, folder, fitted) | {
        "dead_channels": dead_channels(network, lr),
        "seconds_per_megapixel": seconds_per_megapixel(network, lr),
        "scores": means(rows),
        "data_digests": selection.digests(),
        "weights_sha256": _write_weights(cfg, folder, network) if fitted.trained else None,
        **environment.describe(fitted.device),
        **about,
        "finished_at": now(),  # scoring a deep network may take as long as training it
    }
    for dashboard in dashboards(loggers):
        dashboard.log_samples(record["steps"], strips)
        dashboard.log_scores(rows)
        dashboard.log_summary(summary(record))
    folder.write_json("record.json", record)
    folder.set_status("finished", step=record["steps"])
    if not cfg.keep_checkpoints:
        shutil.rmtree(folder.checkpoints, ignore_errors=True)


def summary(record: Mapping[str, Any]) -> dict[str, Any]:
    """The few values that stand for a run, flat: best and final scores, size and cost."""
    kept = ("parameters", "macs_per_lr_pixel", "seconds", "dead_channels", "resumed")
    values = {key: record[key] for key in kept}
    values |= {f"val/{key}": value for key, value in record["val"].items()}
    for dataset, protocols in record["scores"].items():
        for scores in protocols.values():
            values |= {f"test/{dataset}/{key}": scores[key] for key in ("psnr", "ssim")}
    return values


def add_scores(cfg: DictConfig, folder: RunFolder, selection: Selection) -> None:
    """Score a finished run by a protocol or on test sets that its record has no scores of yet."""
    if not _unscored(cfg, folder, selection):
        return
    with folder.locked():
        absent = _unscored(cfg, folder, selection)  # another process may have been here since
        new = _score(cfg, _final_network(cfg, folder), replace(selection, test=absent))
        again = {(row["dataset"], row["protocol"]) for row in new}  # after a kill between two files
        old = folder.rows("scores.csv")
        rows = [row for row in old if (row["dataset"], row["protocol"]) not in again] + new
        record = folder.record()
        record["scores"] = means(rows)
        record["data_digests"] = selection.digests() | record["data_digests"]
        folder.write_rows("scores.csv", SCORES, rows)
        folder.write_json("record.json", record)


def _unscored(cfg: DictConfig, folder: RunFolder, selection: Selection) -> tuple[PictureSet, ...]:
    scores = folder.record()["scores"]
    return tuple(each for each in selection.test if cfg.protocol not in scores.get(each.name, {}))


def print_table(cfg: DictConfig, folder: RunFolder, selection: Selection) -> None:
    """Show the run's scores beside bicubic's, and where the record is."""
    bicubic = _bicubic(cfg, folder, selection)
    print_summary(cfg.name, cfg.protocol, folder.record()["scores"], bicubic)
    print(f"record: {folder.path}", flush=True)


def _bicubic(cfg: DictConfig, folder: RunFolder, selection: Selection) -> Means:
    """Bicubic's scores: of its own record, where a run beside this one has made it."""
    own = RunFolder(folder.path.parent / identity.bicubic_id(cfg, selection.digests()["train"]))
    if own.finished and not _unscored(cfg, own, selection):
        scores: Means = own.record()["scores"]
        return scores
    return means(_score(cfg, Bicubic(cfg.scale), selection))


def _score(cfg: DictConfig, network: nn.Module, selection: Selection) -> list[Score]:
    root, limit = Path(cfg.paths.data), cfg.budget.test_pictures
    return score(network, selection.test, root, cfg.protocol, cfg.scale, limit)


def _final_network(cfg: DictConfig, folder: RunFolder) -> nn.Module:
    if not identity.is_trained(cfg):
        return build(cfg).eval()
    if folder.adopted_from:
        words = f"{folder.id} was adopted from {folder.adopted_from} without weights to score"
        raise UserError(f"{words}: force=true trains it")
    # The run's own config built this network before, whosever class it is.
    return weights.load(folder.weights, trust=True)[0]


def _write_samples(
    cfg: DictConfig, folder: RunFolder, network: nn.Module, selection: Selection
) -> dict[str, Path]:
    tests, strips = selection.test[0], {}
    count = min(SAMPLES, cfg.budget.test_pictures or SAMPLES)
    for path in locate(tests, Path(cfg.paths.data))[:count]:
        name = f"{tests.name}-{path.stem}"
        strips[name] = write_samples(network, path, name, cfg.scale, folder.samples)["strip"]
    return strips


def _facts(cfg: DictConfig, folder: RunFolder, fitted: Fitted) -> dict[str, Any]:
    rows, network, status = fitted.curve.rows, fitted.network, folder.status()
    best, last = max(rows, key=lambda row: row["val/psnr"]), rows[-1]
    return {
        "schema": 1,
        "id": folder.id,
        "model": cfg.name,
        "scale": cfg.scale,
        "seed": cfg.seed if fitted.trained else None,
        "data": cfg.data.name,
        "budget": cfg.budget.name if fitted.trained else None,
        "parameters": parameters(network),
        "macs_per_lr_pixel": fitted.macs,
        **{key: last[key] for key in ("patches", "macs", "seconds")},
        "steps": last["step"],
        **{key: status[key] for key in ("resumed", "devices", "nodes")},
        "patches_per_second": last["patches"] / last["seconds"] if last["seconds"] else None,
        "peak_memory_mib": round(environment.peak_memory(fitted.device), 1),
        "val": {
            "best_psnr": best["val/psnr"],
            "best_step": best["step"],
            "final_psnr": last["val/psnr"],
            "final_ssim": last["val/ssim"],
        },
        "results": identity.RESULTS,
        "precision": str(cfg.trainer.precision),
    }


def _write_weights(cfg: DictConfig, folder: RunFolder, network: nn.Module) -> str:
    facts = {
        "model": OmegaConf.to_container(cfg.model, resolve=True),
        "name": cfg.name,
        "scale": cfg.scale,
        "run": folder.id,
        "data": cfg.data.name,
        "budget": cfg.budget.name,
    }
    return write_whole(folder.weights, weights.encode(network, facts))
