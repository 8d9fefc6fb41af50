"""What was reused silently once: each makes a new run, or is measured again, and says so."""

import json
import re
import shutil
import sys

import pytest
from PIL import Image
from safetensors import safe_open

from helpers.composing import configured
from shoal.errors import UserError
from shoal.models import weights
from shoal.runs.verify import problems
from shoal.training import run as training

MINE = """
from torch import nn
from parts import KERNEL
class Mine(nn.Sequential):
    def __init__(self, scale):
        super().__init__(
            nn.Conv2d(1, scale**2, KERNEL, padding=KERNEL // 2), nn.PixelShuffle(scale)
        )
"""


@pytest.fixture
def issue(tmp_path, cache, capsys, monkeypatch):
    """Train in this process, as a command of its own would; returns its folder and its words."""
    monkeypatch.syspath_prepend(str(tmp_path / "own"))

    def train(*overrides):
        for name in ("mine", "parts"):  # which a new process hasn't imported
            sys.modules.pop(name, None)
        sizes = ("budget.max_steps=2", "budget.val_every=2", "logger=none", "trainer=cpu")
        paths = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={cache}")
        config = configured("budget=smoke", *sizes, *paths, "scale=2", *overrides)
        folder = training.train(config, "python train.py")
        return folder, capsys.readouterr().out

    yield train
    for name in ("mine", "parts"):
        sys.modules.pop(name, None)


@pytest.fixture
def own(tmp_path):
    """A network of the user's own whose kernel stands in another of the user's modules."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.py").write_text(MINE)
    (folder / "parts.py").write_text("KERNEL = 5\n")
    node = "{_target_:mine.Mine,scale:2}"
    return folder, ("~model", f"+model={node}", "name=mine")


def facts_of(folder):
    with safe_open(folder.weights, framework="pt") as file:
        return json.loads(file.metadata()["shoal"])


def test_changed_code_is_a_new_run_that_says_so_and_old_weights_say_why_they_do_not_fit(
    issue, own, small_pictures, tmp_path
):
    folder, mine = own
    (first, said) = issue(*mine, *small_pictures)
    assert "has changed" not in said
    assert set(first.record()["code"]) == set(facts_of(first)["code"]) == {"mine", "parts"}
    assert "reused" in issue(*mine, *small_pictures)[1]
    (folder / "parts.py").write_text("KERNEL = 7\n")
    second, said = issue(*mine, *small_pictures)
    assert second.id != first.id
    assert f"parts.py has changed since {first.id}: a new run" in said
    with pytest.raises(UserError, match=r"don't fit \(parts\.py has changed\)"):
        weights.load(first.weights, trust=True)
    (found,) = problems(first, tmp_path, trust=True)
    assert "parts.py has changed" in found
    assert list(problems(second, tmp_path, trust=True)) == []


def test_a_run_of_nobodys_code_but_shoals_has_none_in_its_record(issue, small_pictures):
    folder, _ = issue("model=ees", *small_pictures)
    assert folder.record()["code"] == {}
    assert "code" not in facts_of(folder)


def test_other_validation_pictures_are_another_run(issue, small_pictures, tmp_path):
    ids = set()
    for name, sigma in (("v", 20), ("w", 90)):
        (tmp_path / name).mkdir()
        Image.effect_noise((48, 40), sigma).save(tmp_path / name / "0.png")
        folder, _ = issue("model=ees", *small_pictures, f"data.val={tmp_path / name}")
        ids.add((folder.id, folder.record()["val"]["final_psnr"]))
    assert len({name for name, _ in ids}) == len({psnr for _, psnr in ids}) == 2


def test_test_pictures_that_have_changed_are_scored_again(issue, small_pictures, tmp_path):
    tests = tmp_path / "tests"
    shutil.copytree(re.sub(r"^data\.train=", "", small_pictures[1]), tests)
    asked = ("model=ees", *small_pictures, f"data.test={tests}")
    folder, _ = issue(*asked)
    before, digests = folder.rows("scores.csv"), folder.record()["data_digests"]
    issue(*asked, "protocol=rgb")
    for name, sigma in (("0", 20), ("1", 30)):
        Image.effect_noise((48, 40), sigma).save(tests / f"{name}.png")
    again, _ = issue(*asked)
    after = again.rows("scores.csv")
    assert again.id == folder.id
    assert {row["protocol"] for row in after} == {"classic"}  # none of the old pictures' is left
    assert [row["psnr"] for row in after] != [row["psnr"] for row in before]
    assert again.record()["data_digests"]["tests"] != digests["tests"]
    assert again.record()["data_digests"]["train"] == digests["train"]


def test_a_missing_module_is_one_line_with_the_remedy(issue, small_pictures):
    with pytest.raises(UserError, match="no module nowhere on Python's path: PYTHONPATH=FOLDER"):
        issue("~model", "+model={_target_:nowhere.Net,scale:2}", "name=x", *small_pictures)
