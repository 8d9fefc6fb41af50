"""Trains the weights that ship, or takes the runs that are there, and puts them into the package.

python experiments/pretrained/make.py    # from the root of the project; `make weights` does it

Writes src/shoal/pretrained/*.safetensors and this folder's runs.csv, scores.csv and curves.csv, and
prints the table of the two README files.
"""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
from tabulate import tabulate

from shoal.files import write_whole
from shoal.record import RunFolder
from shoal.results.rows import CURVE, SCORES, read_runs, read_tables

HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "src/shoal/pretrained"
ALL = "budget=standard trainer.precision=bf16-mixed logger=none"
FAST = "model=eeds_fast data=general291 task/loss=l1 task.init=silent task.optimizer.lr=1e-3"
RUNS = [
    f"{FAST} scale=2 budget.patch_size=64 budget.max_steps=50000 budget.val_every=1000",
    f"{FAST} scale=3 budget.patch_size=72 budget.max_steps=18000 budget.val_every=1000",
    f"{FAST} scale=4 budget.patch_size=72 budget.max_steps=18000 budget.val_every=1000",
    "model=eeds scale=2 data=t91 budget.max_steps=40000 budget.val_every=1000"
    " task.init=interpolating task.optimizer.lr=2e-3",
    "model=eeds scale=3 data=t91",  # seed 0 of the ablation
    "model=eeds scale=4 data=general291 budget.max_steps=5000 budget.val_every=500"
    " budget.patch_size=48 task/loss=l1 task.init=silent task.optimizer.lr=1e-3"
    " task.schedule.warmup=0.05",
]
SETS = ("Set5", "Set14", "BSD100")


def trained(overrides: str) -> Path:
    """The folder of a finished run, which is trained if it isn't there."""
    command = [sys.executable, "train.py", *shlex.split(f"{overrides} {ALL}")]
    said = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            said += line
    if process.returncode:
        sys.exit(process.returncode)
    return Path(re.findall(r"^record: (.+)$", said, re.MULTILINE)[-1])


def facts(folder: Path) -> dict[str, str]:
    """A line of the table."""
    record = RunFolder(folder).record()
    scores = [record["scores"][name]["classic"] for name in SETS]
    cells = {"weights": f"`{record['model']}` x{record['scale']}"}
    cells |= {"parameters": f"{record['parameters']:,}", "trained on": record["data"]}
    cells |= {"steps": f"{record['steps']:,}"}
    pairs = zip(SETS, scores, strict=True)
    return cells | {name: f"{each['psnr']:.2f} / {each['ssim']:.4f}" for name, each in pairs}


def tables(folders: list[Path]) -> dict[str, pd.DataFrame]:
    """What is committed beside this file, with the columns that reports of experiments have."""
    names = [folder.name.split("-") for folder in folders]
    keys = [{"arm": arm, "scale": int(scale[1:]), "seed": 0} for arm, scale, *_ in names]
    plan = pd.DataFrame(keys).assign(id=[folder.name for folder in folders])
    rows = {
        "runs.csv": read_runs(folders).drop(columns=["scale", "seed"]),
        "scores.csv": read_tables(folders, "scores.csv", SCORES),
        "curves.csv": read_tables(folders, "curve.csv", CURVE),
    }
    return {name: plan.merge(table, on="id") for name, table in rows.items()}


def main() -> None:
    """Train, copy, write, print."""
    folders = [trained(overrides) for overrides in RUNS]
    for name, rows in tables(folders).items():
        write_whole(HERE / name, rows.to_csv(index=False, lineterminator="\n"))
    for folder in folders:
        model, scale, *_ = folder.name.split("-")
        shutil.copyfile(folder / "weights.safetensors", WEIGHTS / f"{model}-{scale}.safetensors")
    lines = [facts(folder) for folder in folders]
    print(tabulate(lines, "keys", tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    main()
