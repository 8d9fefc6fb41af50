"""How long help takes, beside programs that do nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, middle, ratio, side_by_side
from benchmarks.setting import ROOT, SCRATCH

HYDRA = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg): pass

main()
"""
TYPER = """
import typer

app = typer.Typer()

@app.command()
def one(): "One."

@app.command()
def two(): "Two."

app()
"""


def bare_apps() -> tuple[Path, Path]:
    """Write an empty Hydra app with an empty config, and an empty typer app with two commands."""
    folder = SCRATCH / "bare"
    (folder / "conf").mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "config.yaml").write_text("value: 1\n")
    (folder / "hydra_app.py").write_text(HYDRA)
    (folder / "typer_app.py").write_text(TYPER)
    return folder / "hydra_app.py", folder / "typer_app.py"


def run(*command: str | Path) -> None:
    """Start a program and wait for its end."""
    subprocess.run([*map(str, command)], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def rows() -> Iterator[Row]:
    """`train.py --help` and `shoal --help`."""
    python = sys.executable
    hydra_app, typer_app = bare_apps()
    shoal = "from shoal.cli import main; import sys; sys.argv[0] = 'shoal'; main()"
    train, bare, command, empty = side_by_side(
        [
            lambda: run(python, "train.py", "--help"),
            lambda: run(python, hydra_app, "--help"),
            lambda: run(python, "-c", shoal, "--help"),
            lambda: run(python, typer_app, "--help"),
        ],
        rounds=7,
    )
    for what, over, ours, theirs in (
        ("python train.py --help", "a bare Hydra app", train, bare),
        ("shoal --help", "an empty typer app", command, empty),
    ):
        parts = {"ours ms": middle(ours) * 1e3, "bare ms": middle(theirs) * 1e3}
        yield Row(what, over, "<= 1.3", ratio(ours, theirs), parts)
