"""What a finished run leaves on disk: scores, samples, weights and, last, the record."""

import shutil
import time
from collections.abc import Sequence
from typing import Any

from lightning.pytorch.loggers import Logger
from torch import nn

from shoal.dashboards.base import dashboards
from shoal.data.module import SuperResolutionData
from shoal.models import weights
from shoal.models.channels import RGB
from shoal.models.profile import dead_channels, parameters
from shoal.models.speed import seconds_per_megapixel
from shoal.runs import environment, identity
from shoal.runs.folder import now
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.runs.scored import meanings
from shoal.runs.tables import means, score_columns
from shoal.runs.values import START
from shoal.system.code import own_code
from shoal.system.files import write_whole
from shoal.training.fit import Fitted
from shoal.training.samples import Samples
from shoal.training.scores import score_run
from shoal.training.shown import show
from shoal.training.start import Attempt


def write_record(
    run: Run,
    fitted: Fitted,
    data: SuperResolutionData,
    loggers: Sequence[Logger],
    attempt: Attempt,
    started_at: str,
) -> None:
    """Score the final weights and write all files; the record comes last and finishes the run.

    After that, dashboards get samples, scores and a summary.

    Args:
        run: the run to record.
        fitted: the trained network and its curve.
        data: its validation pictures measure dead channels and the network's speed.
        loggers: the run's loggers, dashboards among them.
        attempt: the attempt that completed the training.
        started_at: when the run first began, ISO 8601.
    """
    network, folder = fitted.network.eval(), run.folder
    samples = Samples(run, network)
    rows = score_run(run, network, samples.look)
    folder.write_rows("scores.csv", score_columns(rows), rows)
    lr = [lr for lr, _ in data.pictures().all()]
    learnt, metrics = run.config.kind.learns, meanings(run.config.metrics)
    record = _facts(run, fitted) | {
        "dead_channels": dead_channels(network, lr),
        "seconds_per_megapixel": seconds_per_megapixel(network, lr),
        "scores": means(rows),
        **({"metrics": metrics} if metrics else {}),
        "data_digests": run.selection.digests(),
        "code": dict(run.content.code),
        **({START: run.content.weights} if run.content.weights else {}),
        "weights_sha256": _write_weights(run, network) if learnt else None,
        **environment.describe(fitted.device),
        "command": attempt.command,
        "started_at": started_at,
        "start_seconds": attempt.start_seconds,
        # Scoring a deep network may take as long as training it.
        "scoring_seconds": round(time.monotonic() - fitted.ended, 3),
        "finished_at": now(),
    }
    folder.write_json("record.json", record)
    folder.set_status("finished", step=record["steps"])
    if not run.config.keep_checkpoints:
        shutil.rmtree(folder.checkpoints, ignore_errors=True)
    for dashboard in dashboards(loggers):
        show(dashboard, record, rows, samples.strips, run.config.protocol)


def _facts(run: Run, fitted: Fitted) -> dict[str, Any]:
    config, rows, status = run.config, fitted.curve.rows, run.folder.status()
    best, last = max(rows, key=lambda row: row["val/psnr"]), rows[-1]
    kind, timed = config.kind, last["patches"] and last["seconds"]
    return {
        "schema": 1,
        "id": run.folder.id,
        "kind": str(kind),
        "model": config.name,
        "scale": config.scale,
        "seed": config.seed if kind.learns else None,
        "data": config.data.name,
        "budget": config.budget.name if kind is Kind.TRAINED else None,
        "parameters": parameters(fitted.network),
        "macs_per_lr_pixel": fitted.macs,
        **{key: last[key] for key in ("patches", "macs", "seconds")},
        "steps": last["step"],
        **{key: status[key] for key in ("resumed", "devices", "nodes")},
        "patches_per_second": last["patches"] / last["seconds"] if timed else None,
        "peak_memory_mib": round(environment.peak_memory(fitted.device), 1),
        "val": {
            "best_psnr": best["val/psnr"],
            "best_step": best["step"],
            "final_psnr": last["val/psnr"],
            "final_ssim": last["val/ssim"],
        },
        "results": identity.RESULTS,
        "precision": config.precision,
        **({"channels": RGB} if config.channels == RGB else {}),
    }


def _write_weights(run: Run, network: nn.Module) -> str:
    config = run.config
    facts: dict[str, Any] = {
        "model": config.model,
        "name": config.name,
        "scale": config.scale,
        "run": run.folder.id,
        "data": config.data.name,
        **({"budget": config.budget.name} if config.kind is Kind.TRAINED else {}),
    }
    code, network_code = run.content.code, own_code(config.model)
    if kept := {module: code[module] for module in network_code if module in code}:
        facts["code"] = kept
    return write_whole(run.folder.weights, weights.encode(network, facts))
