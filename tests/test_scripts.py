"""Scripts beside the package, which nothing imports: what they take from it is there."""

import runpy
from pathlib import Path

import pytest

from helpers.composing import ROOT

# A notebook, which has a test of its own; and what MkDocs loads, which is there for pages alone.
APART = ("first-study.py", "links.py")
SCRIPTS = [
    path.relative_to(ROOT)
    for folder in ("docs", "tools", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name not in APART
]


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_script_finds_all_that_it_imports(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.syspath_prepend(ROOT / script.parent)
    runpy.run_path(str(ROOT / script), run_name="imported")
