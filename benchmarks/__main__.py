"""`make bench`: a table of ratios, each of two things that are measured side by side in one run.

python -m benchmarks               # all: prints the table, writes results.json and growth.png
python -m benchmarks stream help   # some rows: prints them and writes nothing
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib import import_module
from typing import Any

import torch
from tabulate import tabulate

from benchmarks.measure import Row
from benchmarks.setting import ROOT, cores
from shoal.data.catalog import default_root, locate, picture_set
from shoal.errors import UserError
from shoal.runs import environment
from shoal.runs.folder import now
from shoal.system.files import write_whole
from shoal.system.malloc import keep_freed_memory

FILE = ROOT / "benchmarks" / "results.json"
MODULES = {
    "step": "compute",
    "tax": "training",
    "stream": "stream",
    "upscale": "upscaling",
    "score": "scoring",
    "help": "starting",
    "grid": "grids",
    "gpu": "gpu",
    "report": "reports",
    "quality": "quality",
}
# The picture sets that rows need and that must be downloaded.
PICTURES = {"stream": ("T91", "BSD200"), "score": ("Set14",)}


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    words = {True: "yes", False: "**no**", None: ""}
    lines = [(row.what, row.over, row.target, _figure(row), words[row.met]) for row in rows]
    headers = ("what", "over", "target", "reached", "met")
    return tabulate(lines, headers, tablefmt="github", disable_numparse=True)


def _figure(row: Row) -> str:
    if row.reached is None:
        return f"– ({row.parts['why']})"
    return f"{row.reached:,.0f}" if row.reached >= 1000 else f"{row.reached:.3g}"


def machine() -> dict[str, Any]:
    """The machine and the time of the measurement."""
    facts = environment.describe(torch.device("cpu"))
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return facts | {"cores": cores(), "gpu": gpu, "finished_at": now()}


def require_pictures(names: Iterable[str]) -> None:
    """Exit if a row will lack pictures, before minutes of measuring.

    Raises:
        SystemExit: a picture set is missing.
    """
    for pictures in (each for name in names for each in PICTURES.get(name, ())):
        try:
            locate(picture_set(pictures), default_root())
        except UserError as error:
            sys.exit(f"make bench: {error}")


def main(names: list[str]) -> None:
    """Measure some rows and print them, or all with the growth and write the results."""
    if unknown := set(names) - set(MODULES):
        sys.exit(f"{', '.join(sorted(unknown))}: no such row; choose from {', '.join(MODULES)}")
    require_pictures(names or MODULES)
    keep_freed_memory()
    rows = []
    for name in names or MODULES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += import_module(f"benchmarks.{MODULES[name]}").rows()
    if not names:
        from benchmarks import growth

        print("growth ...", file=sys.stderr, flush=True)
        costs = growth.measured()
        growth.draw(costs)
        lines = [asdict(row) | {"met": row.met} for row in rows]
        results = {"machine": machine(), "rows": lines, "growth": costs}
        write_whole(FILE, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main([name for argument in sys.argv[1:] for name in argument.split(",")])
