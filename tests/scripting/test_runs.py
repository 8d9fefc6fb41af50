"""Shoal in a script: what docs/python.md shows, and what is refused."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from PIL import Image

import shoal
from helpers.composing import CONF, ROOT, configured

PAGE = (ROOT / "docs" / "python.md").read_text()


@pytest.mark.slow  # two networks become graphs, and whole photographs are scored
def test_every_block_of_the_page_runs_as_printed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOAL_CACHE", str(cache))
    Image.effect_noise((60, 48), 50).convert("RGB").save("photo.jpg")
    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    blocks = re.findall(r"```py\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 5
    (tmp_path / "script.py").write_text("\n".join(blocks))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "script.py"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    with Image.open("larger.png") as larger:
        assert larger.size == (180, 144)
    assert "is finished: reused" in done.stdout
    assert "tensor(" in done.stdout.splitlines()[-1]


def test_all_names_of_the_interface_are_there_and_come_when_they_are_asked_for() -> None:
    for name in shoal.__all__:
        assert getattr(shoal, name) is not None
        assert name.startswith("_") or f"shoal.{name}" in PAGE, name
    with pytest.raises(AttributeError, match="has no attribute 'lod'"):
        getattr(shoal, "lod")  # noqa: B009  # a constant name that is no attribute


def test_a_script_composes_the_config_of_the_same_command(
    small_pictures: tuple[str, str],
) -> None:
    words = ("model=ees", "scale=2", "budget=smoke", "seed=3", *small_pictures)
    assert shoal.compose(*words) == configured(*words)


def test_configs_of_ones_own_are_found_and_another_hydra_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my conf" / "model"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("_target_: shoal.models.ees.EES\nscale: ${scale}\n")
    with initialize_config_dir(str(CONF), version_base="1.3"):
        before = GlobalHydra.instance().hydra
        assert shoal.compose("model=mine", config_dir=folder.parent).name == "mine"
        assert GlobalHydra.instance().hydra is before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["model=eedz"], "model=eedz is unknown"),
        (["scale=1"], "scale=1 is not an integer"),
        (["modle=eed"], "modle"),
        (["task=srcnn", "task.layer_rates={}"], "'~task.layer_rates' leaves out what a file sets"),
        (["experiment=ablation"], "experiment=ablation is a grid of runs, which the command"),
        (
            [["model=eed", "scale=2"]],
            "['model=eed', 'scale=2'] is no string: give each override",
        ),
    ],
)
def test_mistakes_are_one_line(words: list[Any], says: str) -> None:
    with pytest.raises(shoal.UserError) as refused:
        shoal.compose(*words)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_python_m_shoal_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shoal", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"shoal {shoal.__version__}\n"


def test_a_mistake_after_python_m_shoal_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shoal", "train", "model=nope"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shoal train: model=nope is unknown")
    assert done.stderr.count("\n") == 1
