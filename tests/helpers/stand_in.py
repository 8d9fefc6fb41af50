"""Stands in for train.py in tests of grids: runs take no time and end as the tests wish.

A file `$WISHES/<model>` holds how runs of that model end: `raise`, `kill`, `diverge`, `refuse`,
`wait` (for SIGTERM), `meet` (each waits until all of these are there), `climb` (a curve that
grows while one watches), `psnr LEVEL SD` (scores of nine pictures about a level, dB, from which a
seed strays by so much). Without one they finish.

The nearer the learning rate is to 1e-3, the better.
"""

import math
import os
import random
import signal
import sys
import time
from pathlib import Path

import hydra
from omegaconf import DictConfig

from shoal.errors import FAILED, UserError
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder, now
from shoal.runs.resolvers import register_resolvers
from shoal.runs.run import Run
from shoal.runs.tables import SCORES
from shoal.system.console import exit_code
from shoal.system.turn import Turn

CONF = Path(__file__).parents[2] / "conf"

WISHES = Path(os.environ["WISHES"])
register_resolvers()


class Diverged(Exception):
    """As of a run whose loss is not finite."""

    exit_code = FAILED


class Stopped(Exception):
    """As of a run that a signal stops."""

    exit_code = 128 + signal.SIGTERM


def end(cfg: DictConfig, folder: RunFolder) -> None:
    """End as the tests wish."""
    wish = WISHES / cfg.name
    match wish.read_text() if wish.is_file() else "finish":
        case "raise":
            folder.set_status("failed", reason="RuntimeError: a wish")
            raise RuntimeError("a wish")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "diverge":
            folder.set_status("diverged", step=7)
            raise Diverged("the loss is not finite after 7 steps")
        case "refuse":
            raise UserError("a mistake: mend it")
        case "wait":
            wait(folder)
        case "climb":
            climb(cfg, folder)
        case scored if scored.startswith("psnr "):
            score(cfg, folder, *map(float, scored.split()[1:]))
        case "meet":
            folder.write("here", "")
            meeting = [path.name for path in WISHES.iterdir() if path.read_text() == "meet"]
            while any(not list(folder.path.parent.glob(f"{name}-*/here")) for name in meeting):
                time.sleep(0.05)


def level(cfg: DictConfig) -> float:
    """The PSNR that a run ends at, dB."""
    return 30 - abs(math.log10(cfg.task.optimizer.lr / 1e-3)) if "lr" in cfg.task.optimizer else 30


def score(cfg: DictConfig, folder: RunFolder, psnr: float, sd: float) -> None:
    """Write scores that a seed and a picture move, each in its own way."""
    chance = random.Random(f"{cfg.name} {cfg.seed}").gauss(0, sd)
    rows = [
        {"dataset": "Sample", "image": f"{number}.png", "protocol": cfg.protocol, "ssim": 0.9}
        | {"psnr": psnr + chance + random.Random(f"{cfg.name} {number}").gauss(0, 0.01) + number}
        for number in range(9)
    ]
    folder.write_rows("scores.csv", SCORES, rows)


def climb(cfg: DictConfig, folder: RunFolder) -> None:
    """Write a curve row by row."""
    signal.signal(signal.SIGTERM, stop)
    rows = []
    for step in range(0, cfg.budget.max_steps + 1, cfg.budget.val_every):
        rows.append({"step": step, "val/psnr": level(cfg) - 5 + 5 * step / cfg.budget.max_steps})
        folder.write_rows("curve.csv", ["step", "val/psnr"], rows)
        time.sleep(2.5)


def stop(*_: object) -> None:
    """Answer SIGTERM."""
    raise Stopped("stopped by SIGTERM")


def wait(folder: RunFolder) -> None:
    """Wait for SIGTERM."""

    def stop(*_: object) -> None:
        folder.write("saved", "")
        raise Stopped("stopped by SIGTERM")

    signal.signal(signal.SIGTERM, stop)
    folder.write("waiting", "")
    time.sleep(300)


@hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
def main(cfg: DictConfig) -> None:
    """Leave what a run leaves, without training."""
    turn = Turn()
    with turn.awaited():
        run = Run.of(RunConfig.of(cfg))
    folder = run.folder
    gpu = os.environ.get("CUDA_VISIBLE_DEVICES")
    print(f"job {os.environ['SHOAL_JOB']}, threads {os.environ.get('OMP_NUM_THREADS')}, GPU {gpu}")
    folder.create()
    with folder.locked():
        folder.set_status("running")
        folder.write("arm", os.environ.get("SHOAL_ARM", "no grid"))
        end(cfg, folder)
        scores = {each.name: {cfg.protocol: {"images": 99}} for each in run.selection.test}
        val = {"final_psnr": level(cfg)}
        digests = {"data_digests": run.selection.digests()}
        facts = digests | {"val": val, "scores": scores, "resumed": 0, "seconds": 1.0, "threads": 1}
        times = {"started_at": now(), "finished_at": now(), "accelerator": "cpu"}
        folder.write("config.yaml", run.config.yaml())
        folder.write_json("record.json", facts | times)


if __name__ == "__main__":
    sys.exit(exit_code(main, CONF))
