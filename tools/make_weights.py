"""Trains the weights that ship with Shoal and copies them into the package: `make weights`.

python tools/make_weights.py               # from the root of the project: all of them
python tools/make_weights.py eeds-x4       # one of them; the rows of the others stay

Finished runs are reused. Writes src/shoal/pretrained/*.safetensors, the CSV files of their findings
and the table in two README files.
"""

import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from tabulate import tabulate

from shoal.pretrained import OF_JPEGS
from shoal.results.rows import read_runs, read_tables
from shoal.runs.folder import RunFolder
from shoal.runs.tables import CURVE, SCORES
from shoal.system.files import write_whole

ROOT = Path(__file__).parents[1]
FINDINGS = ROOT / "experiments/pretrained/general291+t91-x2+3+4-standard"
ABLATION = ROOT / "experiments/ablation/t91-x3-standard/runs.csv"
WEIGHTS = ROOT / "src/shoal/pretrained"
ALL = "budget=standard trainer.precision=bf16-mixed logger=none"
FAST = "model=eeds_fast data=general291 task=fast"
# At EEDS-fast's rate of 1e-3 it broke down after 9,000 of 24,000 steps at x2.
LARGE = "model=eeds_large data=general291 task=fast task.optimizer.lr=5e-4"
EEDS = "model=eeds data=general291 task.optimizer.lr=2e-3"
JPEG = f"{FAST} data.degradation=jpeg budget.max_steps=18000 budget.val_every=1000"
RUNS = {  # trained in this order, since some start from the weights of earlier ones
    "eeds_fast-x2": f"{FAST} scale=2"
    " budget.patch_size=64 budget.max_steps=50000 budget.val_every=1000",
    "eeds_fast-x3": f"{FAST} scale=3 task.weights=eeds_fast-x2"
    " budget.patch_size=72 budget.max_steps=18000 budget.val_every=1000",
    "eeds_fast-x4": f"{FAST} scale=4 task.weights=eeds_fast-x3"
    " budget.patch_size=72 budget.max_steps=18000 budget.val_every=1000",
    "eeds_large-x2": f"{LARGE} scale=2"
    " budget.patch_size=64 budget.max_steps=24000 budget.val_every=1000",
    "eeds_large-x3": f"{LARGE} scale=3 task.weights=eeds_large-x2"
    " budget.patch_size=72 budget.max_steps=12000 budget.val_every=1000",
    "eeds_large-x4": f"{LARGE} scale=4 task.weights=eeds_large-x3"
    " budget.patch_size=72 budget.max_steps=12000 budget.val_every=1000",
    "eeds_fast_jpeg-x2": f"{JPEG} scale=2 task.weights=eeds_fast-x2 budget.patch_size=64",
    "eeds_fast_jpeg-x3": f"{JPEG} scale=3 task.weights=eeds_fast-x3 budget.patch_size=72",
    "eeds_fast_jpeg-x4": f"{JPEG} scale=4 task.weights=eeds_fast-x4 budget.patch_size=72",
    "eeds-x2": f"{EEDS} scale=2 budget.max_steps=40000 budget.val_every=1000",
    "eeds-x3": f"{EEDS} scale=3 task.weights=eeds-x2 budget.max_steps=40000 budget.val_every=1000",
    "eeds-x4": f"{EEDS} scale=4 task.weights=eeds-x3 budget.max_steps=20000 budget.val_every=1000",
}
# What weights start from that doesn't ship itself: seed 0 of the ablation, as the first of them; a
# first run, after which the rate rises again.
STARTS = {
    "eeds-x2": "model=eeds scale=3 data=t91",
    "eeds_large-x2": f"{LARGE} scale=2 task.weights=eeds_fast-x2"
    " budget.patch_size=64 budget.max_steps=18000 budget.val_every=1000",
}
# What the table calls a start that has no rows in any findings.
FIRST = {"eeds_large-x2": "18,000 from `eeds_fast` x2"}
SETS = ["Set5", "Set14", "BSD100"]
TRAINED_ON = {"t91": "T91", "general291": "T91 + BSD200"}
TABLE = re.compile(r"^\| weights .*?(?=\n\n)", re.MULTILINE | re.DOTALL)


def trained(overrides: str) -> Path:
    """The folder of a finished run, which is trained if necessary."""
    command = [sys.executable, "train.py", *shlex.split(f"{overrides} {ALL}")]
    said = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            said += line
    if process.returncode:
        sys.exit(process.returncode)
    return Path(re.findall(r"^record: (.+)$", said, re.MULTILINE)[-1])


def rows(folders: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """The rows of these runs for the findings, with the columns of an experiment's report."""
    names = [(*name.rsplit("-x", 1), folder.name) for name, folder in folders.items()]
    plan = pd.DataFrame(names, columns=["arm", "scale", "id"]).astype({"scale": int})
    plan.insert(2, "seed", 0)
    tables = {
        "runs.csv": read_runs(folders.values()).drop(columns=["scale", "seed"]),
        "scores.csv": read_tables(folders.values(), "scores.csv", SCORES),
        "curves.csv": read_tables(folders.values(), "curve.csv", CURVE),
    }
    return {name: plan.merge(table, on="id") for name, table in tables.items()}


def merged(name: str, new: pd.DataFrame) -> pd.DataFrame:
    """The committed rows, with those of the new weights replaced."""
    old = pd.read_csv(FINDINGS / name, dtype=object)
    new = pd.read_csv(io.StringIO(new.to_csv(index=False)), dtype=object)
    replaced = (old.arm + "-x" + old.scale).isin(new.arm + "-x" + new.scale)
    both = pd.concat([old[~replaced], new], ignore_index=True)
    arms = list(dict.fromkeys(name.rpartition("-x")[0] for name in RUNS))
    return both.iloc[np.lexsort((both.scale.astype(int), both.arm.map(arms.index)))]


def card(runs: pd.DataFrame, scores: pd.DataFrame) -> str:
    """The table for both README files."""
    classic = scores[scores.protocol == "classic"].astype({"psnr": float, "ssim": float})
    means = classic.groupby(["id", "dataset"])[["psnr", "ssim"]].mean()
    made = {run.weights_sha256: f"`{run.arm}` x{run.scale}" for run in runs.itertuples()}
    ablation = pd.read_csv(ABLATION).query("scale == 3 and seed == 0").set_index("arm")
    made[ablation.loc["eeds", "weights_sha256"]] = "the ablation's `eeds` x3"
    lines = []
    for run in runs.itertuples():
        cells = {"weights": f"`{run.arm}` x{run.scale}", "parameters": f"{int(run.parameters):,}"}
        trained_on = TRAINED_ON[run.data] + (", as JPEG" if run.arm.endswith(OF_JPEGS) else "")
        start = made.get(run.start_sha256, FIRST.get(f"{run.arm}-x{run.scale}"))
        steps = f"{int(run.steps):,}" + (f", from {start}" if start else "")
        cells |= {"trained on": trained_on, "steps": steps}
        for name in SETS:
            psnr, ssim = means.loc[(run.id, name)]
            cells[name] = f"{psnr:.2f} / {ssim:.4f}"
        lines.append(cells)
    return tabulate(lines, "keys", tablefmt="github", disable_numparse=True)


def main(names: list[str]) -> None:
    """Train the weights, copy them, and write their findings and tables."""
    if unknown := set(names) - set(RUNS):
        sys.exit(f"{min(unknown)}: choose from {', '.join(RUNS)}")
    folders = {}
    for name in [name for name in RUNS if not names or name in names]:
        start = f" task.weights={trained(STARTS[name])}" if name in STARTS else ""
        folders[name] = trained(RUNS[name] + start)
        shutil.copyfile(RunFolder(folders[name]).weights, WEIGHTS / f"{name}.safetensors")
    tables = {name: merged(name, new) for name, new in rows(folders).items()}
    for name, table in tables.items():
        write_whole(FINDINGS / name, table.to_csv(index=False, lineterminator="\n"))
    table = card(tables["runs.csv"], tables["scores.csv"])
    for readme in (FINDINGS / "README.md", WEIGHTS / "README.md"):
        write_whole(readme, TABLE.sub(table, readme.read_text()))
    print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
