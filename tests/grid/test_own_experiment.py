"""The example of docs/experiments.md, from a folder outside of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from helpers.composing import CONF, ROOT
from helpers.grids import ENOUGH
from shoal.claims import read_claims, require_arms
from shoal.grid.composing import compose
from shoal.grid.experiment_asked import read
from shoal.grid.plan import Plan
from shoal.runs.resolvers import register_resolvers

DOCS = (ROOT / "docs" / "experiments.md").read_text()
BLOCKS = [block.splitlines() for block in re.findall(r"```bash\n(.*?)\n```", DOCS, re.DOTALL)]
(COMMAND,), SEEDS = BLOCKS


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the files that the document shows, each below the line that names it."""
    named = re.findall(r"`([\w/.]+\.(?:py|yaml))`[^`]*\n\n```(?:python|yaml)\n(.*?)```", DOCS, re.S)
    for name, text in named:
        path = tmp_path / "place" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert len(named) == 5
    return tmp_path / "place"


def test_the_example_is_a_plan_of_thirteen_runs(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(place))
    register_resolvers()
    words = [f"hydra.searchpath=[file://{place / 'conf'}]", "experiment=study", "budget=smoke"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader: Any = GlobalHydra.instance().hydra.config_loader
    master = loader.load_configuration("config", words, RunMode.MULTIRUN)
    experiment = read(loader, master)
    require_arms(read_claims(experiment.claims), experiment.arms)
    given = [["budget=smoke", f"seed={seed}", f"paths.runs={place}"] for seed in range(3)]
    plan = Plan(experiment, given, partial(compose, loader, master))
    assert list(experiment.arms) == ["bicubic", "espcn-mse", "espcn-edge", "mine-mse", "mine-edge"]
    assert len({run.folder.id for _, run in plan.runs}) == 13
    monkeypatch.delitem(sys.modules, "mine", raising=False)


def test_a_file_that_forgets_to_ask_for_a_grid_trains_nothing(place: Path) -> None:
    path = place / "conf" / "experiment" / "study.yaml"
    path.write_text(re.sub(r"hydra:\n(  .*\n)+", "", path.read_text()))
    words = [sys.executable, str(ROOT / "train.py"), "--config-dir", "conf", "experiment=study"]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, timeout=ENOUGH)
    assert done.returncode == 2
    said = "experiment=study: add 'hydra: {mode: MULTIRUN}' to its file, or say -m"
    assert done.stderr.splitlines() == [f"train.py: {said}"]
    assert not (place / "runs").exists()


@pytest.mark.slow
def test_the_example_runs_as_printed_to_the_page_and_again_reuses_all(
    place: Path, cache: Path
) -> None:
    said = issued(COMMAND, place, cache)
    folder = place / "reports" / "study" / "sample-x3-smoke"
    for name in ("README.md", "index.html"):
        text = (folder / name).read_text()
        for part in ("Against espcn-mse", "Effects of the factors", "M1", "mine with edge"):
            assert part in text, name
    assert (folder / "table.tex").is_file()
    assert "finished 13:" in said
    again = issued(COMMAND, place, cache)
    assert "13 finished already" in again
    assert " starts" not in again
    changed = place / "conf" / "experiment" / "study.yaml"
    changed.write_text(changed.read_text().replace("mine beats ESPCN", "ours beats ESPCN"))
    assert "ours beats ESPCN" in issued(COMMAND, place, cache)
    assert "ours beats ESPCN" in (folder / "README.md").read_text()
    code = place / "mine.py"
    code.write_text(code.read_text().replace("kernel: int = 5", "kernel: int = 7"))
    assert "13 runs, 7 finished already, 6 to do" in issued(COMMAND, place, cache)


@pytest.mark.slow
def test_the_example_foresees_then_adds_seeds_until_it_is_decided(place: Path, cache: Path) -> None:
    plan, grow = (line.split("  #")[0] for line in SEEDS)
    foreseen = issued(plan, place, cache)
    assert "13 runs, 0 finished already, 13 to do" in foreseen
    assert "what it will see is unknown" in foreseen
    assert not (place / "runs").exists()
    said = issued(f"{grow} seeds.most=4", place, cache)
    assert "finished 13:" in said
    looks = [line for line in said.splitlines() if line.startswith("M1 ")]
    assert 1 <= len(looks) <= 2
    assert "seeds see" in issued(plan, place, cache)
    text = (place / "reports" / "study" / "sample-x3-smoke" / "README.md").read_text()
    assert "Looked at after 3" in text
    again = issued(f"{grow} seeds.most=4", place, cache)
    assert " starts" not in again


def issued(command: str, place: Path, cache: Path) -> str:
    environment = os.environ | {"SHOAL_CACHE": str(cache)}
    environment |= {"WANDB_MODE": "disabled", "COLUMNS": "200"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert shutil.which("shoal", path=environment["PATH"])
    done = subprocess.run(
        command, shell=True, cwd=place, env=environment, capture_output=True, text=True,
        timeout=ENOUGH,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
