"""Scripts beside the package, which nothing imports: what they take from it is there."""

import runpy
import subprocess
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


@pytest.mark.parametrize(
    ("given", "where"), [([], "reports"), (["FINDINGS=experiments"], "experiments")]
)
def test_a_user_s_table_replaces_no_committed_findings(given: list[str], where: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "reproduce-table", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"paths.experiments={where}\n" in done.stdout
