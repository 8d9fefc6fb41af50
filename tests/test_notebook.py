"""The notebook of docs/ works as it is printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from helpers.composing import ROOT


@pytest.mark.slow
def test_the_first_study_runs_from_top_to_bottom(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "first-study.py")],
        cwd=tmp_path,
        env=os.environ | {"WANDB_MODE": "disabled"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "eeds-x2-" in done.stdout
    with Image.open(tmp_path / "beside.png") as beside:
        assert beside.size == (400, 132)
