"""The time of --help, a smoke run and a small picture, beside programs that do nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from benchmarks.measure import Row, middle, ratio, side_by_side
from benchmarks.setting import ROOT, SCRATCH

HYDRA = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg): pass

main()
"""
SHOAL = "from shoal.cli import main; import sys; sys.argv[0] = 'shoal'; main()"
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
    """--help, then commands that do something small."""
    yield from helps()
    yield smoke()
    yield small_picture()


def smoke() -> Row:
    """A smoke run beside the imports that it needs."""
    python, place = sys.executable, f"paths.runs={SCRATCH}/smoke"
    given = ["budget=smoke", "force=true", place, f"paths.cache={SCRATCH}/cache"]
    train, bare = side_by_side(
        [
            lambda: run(python, "train.py", *given),
            lambda: run(python, "-c", "import torch, lightning"),
        ],
        rounds=5,
    )
    parts = {"ours s": middle(train), "bare s": middle(bare)}
    over = "import torch, lightning"
    return Row("python train.py budget=smoke", over, "<= 2", ratio(train, bare), parts)


def small_picture() -> Row:
    """`shoal upscale` of 7 x 5 pixels; the warm-up round saves the network's graph."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    picture = SCRATCH / "small.png"
    Image.new("RGB", (7, 5), (9, 99, 200)).save(picture)
    words = ("upscale", picture, "-o", SCRATCH / "upscaled", "--force")
    (taken,) = side_by_side([lambda: run(sys.executable, "-c", SHOAL, *words)], rounds=5)
    return Row("shoal upscale of 7 x 5 pixels", "seconds", "<= 1.5", middle(taken))


def helps() -> Iterator[Row]:
    """`train.py --help` and `shoal --help`."""
    python = sys.executable
    hydra_app, typer_app = bare_apps()
    train, bare, command, empty = side_by_side(
        [
            lambda: run(python, "train.py", "--help"),
            lambda: run(python, hydra_app, "--help"),
            lambda: run(python, "-c", SHOAL, "--help"),
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
