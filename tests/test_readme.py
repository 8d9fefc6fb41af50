"""Every command of README.md and of docs/ is found, and run or checked."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from helpers.composing import ROOT

BIN = Path(sys.executable).parent


def composed(words):
    """The training of a command line, only composed and shown."""
    return ["python", *words[words.index("train.py") :], "--cfg", "job"]


# What can't run in a test, why, and what is run instead.
INSTEAD = {
    "python train.py trainer=ddp": ("needs several GPUs, or is in test_ranks", composed),
    "python train.py experiment=published": ("takes days, and pictures", composed),
    "python train.py model=vdsr task=vdsr": ("needs a GPU", composed),
    "shoal import-weights": ("needs a published file", lambda words: [*words[:2], "--help"]),
    "shoal upscale photo.jpg --weights srcnn-x3": ("needs it", lambda words: [*words[:2], "-h"]),
    "shoal upscale photo.jpg --weights runs/aplus": ("too", lambda words: [*words[:2], "-h"]),
    "shoal train model=aplus": ("fits for minutes", lambda words: [*words, "--cfg", "job"]),
    "shoal train -m model=bicubic,zeyde": ("fits for minutes", lambda words: [*words, "plan=true"]),
    "shoal data edges": ("needs somebody's pictures", lambda words: [*words[:3], "--help"]),
    "torchrun": ("needs several machines", composed),
    "srun": ("needs Slurm", composed),
    "git clone": ("needs the network", lambda words: ["git", "--version"]),
    "source": ("changes a shell", lambda words: ["echo", "entered"]),
    "make": ("makes an environment or trains for minutes", lambda words: [*words, "-n"]),
    "wandb": ("needs a terminal or the network", lambda words: [*words[:2], "--help"]),
    "mkdir": ("part of a wandb line, for a terminal", None),
    "shoal data fetch": ("needs the network", lambda words: [*words[:3], "--help"]),
    "shoal runs merge": ("needs another machine's runs", lambda words: [*words[:3], "--help"]),
    "python -m http.server": ("is a server", lambda words: [*words[:3], "--help"]),
    "tensorboard": ("is a server", lambda words: [words[0], "--help"]),
}


# Another test runs what these show.
ELSEWHERE = ("experiments.md", "own_parts.md")
PAGES = [path for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in ELSEWHERE]
TEXT = "\n".join(path.read_text() for path in [ROOT / "README.md", *PAGES])


def commands():
    """Each command once, however often it is shown."""
    blocks = re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def instead(line):
    for start, (_, other) in INSTEAD.items():
        if line.startswith(start):
            return other
    return None


# Tried in grid/test_backends, by commands that act as Slurm's.
SLURM = [line for line in commands() if "submitit_slurm" in line]
TRAINING = [
    line
    for line in commands()
    if ("train.py" in line or line.startswith("shoal train"))
    and "--help" not in line
    and line not in SLURM
    and instead(line) is None
]
OTHERS = [line for line in commands() if line not in TRAINING + SLURM]


# What commands need of the checkout.
NEEDED = ("train.py", "conf", "Makefile", "experiments", "pyproject.toml", "constraints.txt")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the pictures and the network that README speaks of.

    All commands work in it, as a reader's would: what one has trained, the next ones reuse.
    """
    place = tmp_path_factory.mktemp("place")
    for folder in ("photos", "theirs", "hr"):
        (place / folder).mkdir()
        for number in range(2):
            Image.effect_noise((60, 48), 60 + number).save(place / folder / f"{number}.png")
    Image.effect_noise((60, 48), 50).convert("RGB").save(place / "photo.jpg")
    (place / "mine" / "conf" / "model").mkdir(parents=True)
    code = re.search(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    yaml = re.search(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    (place / "mine" / "mine.py").write_text(code.group(1))
    (place / "mine" / "conf" / "model" / "mine.yaml").write_text(yaml.group(1))
    for name in (
        "train.py",
        "conf",
        "Makefile",
        "experiments",
        "pyproject.toml",
        "constraints.txt",
    ):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, place / name)
    return place


def shell(line, place, **environment):
    """Run a command; returns what it printed."""
    paths = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        line,
        shell=True,
        cwd=place,
        env=os.environ | paths | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def train(line, place, **environment):
    """Run a training command at its smallest; returns what it printed and how many runs it made."""
    before = len(list(place.glob("runs/*/record.json")))
    smallest = "budget.max_steps=2 budget.val_every=2"
    smallest += "" if "budget=smoke" in line else " budget=smoke"
    said = shell(f"{line} {smallest}", place, **environment)
    return said, len(list(place.glob("runs/*/record.json"))) - before


def test_the_readme_has_commands():
    assert len(TRAINING) >= 6
    assert len(OTHERS) >= 6


# A study whose five networks are trained, a search and a backend: minutes, and tests of their own.
LONG = "experiment=|hparams_search=|launcher="
HERE = [line for line in TRAINING if "data=t91" not in line]


def slow_where(word, lines):
    """The lines; those with one of the words are slow."""
    return [
        pytest.param(line, marks=pytest.mark.slow) if re.search(word, line) else line
        for line in lines
    ]


@pytest.mark.parametrize("line", slow_where(LONG, HERE))
def test_training_commands_run_as_printed_at_the_smallest_budget(line, place, cache):
    line += " search.trials=1" if "hparams_search" in line else ""
    # Ray writes to the user's home.
    environment = {"HOME": str(place)} if "launcher=ray" in line else {}
    # One command shows that W&B works with it; it takes a second of each run.
    wandb = "offline" if line == "python train.py" else "disabled"
    said, made = train(line, place, SHOAL_CACHE=str(cache), WANDB_MODE=wandb, **environment)
    assert made or "reused" in said


@pytest.mark.data
@pytest.mark.slow  # each scores 119 photographs
@pytest.mark.parametrize("line", [line for line in TRAINING if "data=t91" in line])
def test_commands_on_the_literatures_pictures_run_too(line, place, cache, shoal_data):
    environment = {"SHOAL_CACHE": str(cache), "SHOAL_DATA": str(shoal_data)}
    said, made = train(f"{line} logger=none", place, **environment)
    assert made or "reused" in said


# Each of these makes the graph of another network, which takes ten seconds.
GRAPHS = "upscale.* (--ensemble|--compare|--model eeds_large)|export"


@pytest.mark.parametrize("line", slow_where(GRAPHS, OTHERS))
def test_the_other_commands_run_or_are_at_least_understood(line, place, cache):
    other = instead(line)
    if line.startswith("mkdir"):
        assert "wandb leet" in line
        return
    line = line if other is None else shlex.join(other(shlex.split(line)))
    assert shell(line, place, SHOAL_CACHE=str(cache))


def test_every_test_that_reliability_md_names_is_there():
    text, file, count = (ROOT / "docs" / "reliability.md").read_text(), "", 0
    for word in re.findall(r"`([^`\n]+)`", text):
        named = re.fullmatch(r"(?:(test_\w+?)(?:::(\w+))?|\.\.\._(\w+))(?:\.\.\.)?", word)
        if named is None:
            continue
        file, count = named[1] or file, count + 1  # `..._words` is in the file named before
        words = named[2] or named[3] or ""
        (path,) = (ROOT / "tests").rglob(f"{file}.py")
        assert re.search(rf"def \w*{words}", path.read_text()), word
    assert count > 50
