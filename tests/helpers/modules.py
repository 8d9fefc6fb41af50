"""Modules of one's own, for tests of what runs are made of."""

from collections.abc import Mapping
from pathlib import Path

import pytest


def on_path(files: Mapping[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of these files, by name and text, on Python's path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    return folder
