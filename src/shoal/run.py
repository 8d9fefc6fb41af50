"""One run, from a config to a record."""

import contextlib
import shutil
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import torch
from omegaconf import DictConfig, OmegaConf
from torch import nn

from shoal import environment, identity, weights
from shoal.allocator import keep_freed_memory
from shoal.config import check
from shoal.data.catalog import locate
from shoal.data.module import SuperResolutionData
from shoal.data.selection import Selection, select
from shoal.models.bicubic import Bicubic
from shoal.models.facts import dead_channels, macs, parameters
from shoal.record import RunFolder, now, write_whole
from shoal.samples import write_samples
from shoal.scoring import COLUMNS, Score, means, score
from shoal.summary import print_summary
from shoal.task import Diverged
from shoal.training import Fitted, build, fit, pictures

SAMPLES = 3  # pictures of the first test set that crops are kept of


def run(cfg: DictConfig, command: str) -> RunFolder:
    """Train a model and score it, or find that this has been done.

    Args:
        cfg: the composed config.
        command: what the user typed, for the record.

    Returns:
        The folder of the finished run.

    Raises:
        UserError: the config, the pictures or the folders are not as they must be.
        Diverged: the loss stopped being finite, now or when the run was made.
        Stopped: a signal asked for it; issued again, the run goes on.
    """
    check(cfg)
    selection = select(cfg.data)
    folder = RunFolder(Path(cfg.paths.runs) / identity.run_id(cfg, selection.digests()["train"]))
    if folder.finished and not cfg.force:
        print(f"{folder.id} is finished: reused (force=true starts it anew)", flush=True)
        _add_scores(cfg, folder, selection)
    else:
        _make(cfg, folder, selection, command)
    _print_table(cfg, folder, selection)
    return folder


def _make(cfg: DictConfig, folder: RunFolder, selection: Selection, command: str) -> None:
    """Everything that can be refused is, before the folder is made."""
    keep_freed_memory()
    network, data = build(cfg), pictures(cfg, selection)
    for tests in selection.test:
        locate(tests, Path(cfg.paths.data))
    folder.create()
    with folder.locked():
        if cfg.force:
            folder.clear()
            folder.create()
        elif folder.status().get("state") == "diverged":
            raise Diverged(folder.status()["step"])
        with _reported(folder):
            _work(cfg, folder, selection, network, data, command)


def _work(
    cfg: DictConfig,
    folder: RunFolder,
    selection: Selection,
    network: nn.Module,
    data: SuperResolutionData,
    command: str,
) -> None:
    started_at = _start(cfg, folder)
    fitted = fit(cfg, network, data, folder, loggers=[])
    network.eval()
    rows = _score(cfg, network, selection)
    folder.write_rows("scores.csv", COLUMNS, rows)
    _write_samples(cfg, folder, network, selection)
    record = _record(cfg, folder, selection, network, data, fitted, rows)
    record |= {"command": command, "started_at": started_at, "finished_at": now()}
    folder.write_json("record.json", record)
    folder.set_status("finished", step=record["steps"])
    if not cfg.keep_checkpoints:
        shutil.rmtree(folder.checkpoints, ignore_errors=True)


def _start(cfg: DictConfig, folder: RunFolder) -> str:
    """Take the folder over: first part or a later one. Returns when the first part began."""
    status = folder.status()
    if status:
        # Another thread count would change bits: a resumed run keeps the one it began with.
        torch.set_num_threads(status["threads"])
    folder.write("config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
    started_at: str = status.get("started_at", now())
    resumed = status["resumed"] + 1 if status else 0
    threads = torch.get_num_threads()
    folder.set_status("running", resumed=resumed, threads=threads, started_at=started_at)
    return started_at


@contextlib.contextmanager
def _reported(folder: RunFolder) -> Iterator[None]:
    """Keep the console in `log.txt`, and let the status say how the run ended."""
    with (folder.path / "log.txt").open("a") as log:
        try:
            with contextlib.redirect_stdout(_Tee(sys.stdout, log)):
                yield
        except Diverged as error:
            folder.set_status("diverged", reason=str(error), step=error.step)
            raise
        except BaseException as error:
            folder.set_status("failed", reason=f"{type(error).__name__}: {error}".splitlines()[0])
            traceback.print_exc(file=log)
            raise


class _Tee:
    """Writes to two streams; answers all else as the first."""

    def __init__(self, first: TextIO, second: TextIO) -> None:
        self.first, self.second = first, second

    def write(self, text: str) -> int:
        self.second.write(text)
        return self.first.write(text)

    def flush(self) -> None:
        self.first.flush()
        self.second.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.first, name)


def _score(cfg: DictConfig, network: nn.Module, selection: Selection) -> list[Score]:
    limit = cfg.budget.test_pictures
    root = Path(cfg.paths.data)
    return score(network, selection.test, root, cfg.protocol, cfg.scale, limit)


def _add_scores(cfg: DictConfig, folder: RunFolder, selection: Selection) -> None:
    """Score a finished run by a protocol or on test sets that it has no rows of yet."""
    rows: list[Score] = list(folder.rows("scores.csv"))
    there = {(row["dataset"], row["protocol"]) for row in rows}
    absent = tuple(s for s in selection.test if (s.name, cfg.protocol) not in there)
    if not absent:
        return
    network = _final_network(cfg, folder)
    rows += _score(cfg, network, Selection(selection.train, selection.val, absent))
    with folder.locked():
        record = folder.record()
        record["scores"] = means(rows)
        record["data_digests"] |= selection.digests() | {"train": record["data_digests"]["train"]}
        folder.write_rows("scores.csv", COLUMNS, rows)
        folder.write_json("record.json", record)


def _final_network(cfg: DictConfig, folder: RunFolder) -> nn.Module:
    if not identity.is_trained(cfg):
        return build(cfg).eval()
    # The run's own config built this network before, whosever class it is.
    return weights.load(folder.weights, trust=True)[0]


def _write_samples(
    cfg: DictConfig, folder: RunFolder, network: nn.Module, selection: Selection
) -> None:
    tests = selection.test[0]
    count = min(SAMPLES, cfg.budget.test_pictures or SAMPLES)
    for path in locate(tests, Path(cfg.paths.data))[:count]:
        name = f"{tests.name}-{path.stem}"
        write_samples(network, path, name, cfg.scale, folder.samples)


def _record(
    cfg: DictConfig,
    folder: RunFolder,
    selection: Selection,
    network: nn.Module,
    data: SuperResolutionData,
    fitted: Fitted,
    rows: list[Score],
) -> dict[str, Any]:
    trained, curve = identity.is_trained(cfg), fitted.curve.rows
    best = max(curve, key=lambda row: row["val/psnr"])
    seconds, patches = curve[-1]["seconds"], curve[-1]["patches"]
    return {
        "schema": 1,
        "id": folder.id,
        "model": cfg.name,
        "scale": cfg.scale,
        "seed": cfg.seed if trained else None,
        "data": cfg.data.name,
        "budget": cfg.budget.name if trained else None,
        "parameters": parameters(network),
        "macs_per_lr_pixel": macs(network),
        "steps": curve[-1]["step"],
        "patches": patches,
        "macs": curve[-1]["macs"],
        "seconds": seconds,
        "resumed": folder.status()["resumed"],
        "patches_per_second": patches / seconds if seconds else None,
        "peak_memory_mib": round(environment.peak_memory(fitted.device), 1),
        "dead_channels": dead_channels(network, (lr for lr, _ in data.val_dataloader())),
        "val": {
            "best_psnr": best["val/psnr"],
            "best_step": best["step"],
            "final_psnr": curve[-1]["val/psnr"],
            "final_ssim": curve[-1]["val/ssim"],
        },
        "scores": means(rows),
        "results": identity.RESULTS,
        "precision": str(cfg.trainer.precision),
        "data_digests": selection.digests(),
        "weights_sha256": _write_weights(cfg, folder, network) if trained else None,
        **environment.describe(fitted.device),
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


def _print_table(cfg: DictConfig, folder: RunFolder, selection: Selection) -> None:
    bicubic = means(_score(cfg, Bicubic(cfg.scale), selection))
    print_summary(cfg.name, cfg.protocol, folder.record()["scores"], bicubic)
    print(f"record: {folder.path}", flush=True)
