"""Links between the project's own pages, and what is committed of findings."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from helpers.composing import ROOT

PAGES = sorted(
    path
    for pattern in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/*.md",
        "benchmarks/*.md",
        "experiments/**/*.md",
    )
    for path in ROOT.glob(pattern)
)
FINDINGS = ROOT / "experiments"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    relative = [link.partition("#")[0] for link in links if "://" not in link and link[0] != "#"]
    assert [link for link in relative if not (page.parent / unquote(link)).exists()] == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_anchor_is_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]*\.md|)#([^)\s]+)\)", page.read_text())
    dead = [
        (name, anchor)
        for name, anchor in links
        if "://" not in name and anchor not in anchors(page.parent / name if name else page)
    ]
    assert dead == []


@pytest.mark.parametrize(
    "path", ["conf", "src/shoal/pretrained/README.md", "README.md", "docs/findings.md"]
)
def test_findings_that_other_files_speak_of_are_there(path: str) -> None:
    files = [ROOT / path] if (ROOT / path).is_file() else sorted((ROOT / path).rglob("*.yaml"))
    named = {
        name.rstrip("./")
        for file in files
        for name in re.findall(r"experiments/[\w+./-]+", file.read_text())
    }
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_committed_findings_are_light_and_hold_no_page() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "experiments"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("needs the repository")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert len(files) > 100
    assert not [path for path in files if path.suffix == ".html"]
    assert sum(path.stat().st_size for path in files if path.exists()) < 12e6


def test_no_committed_row_names_folders_of_the_machine_that_made_it() -> None:
    said = {path: path.read_text() for path in (ROOT / "experiments").rglob("runs.csv")}
    assert said
    assert not [path for path, rows in said.items() if " paths." in rows]


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("experiments/*/*/*.svg")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_committed_figures_are_whole(path: Path) -> None:
    assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_a_page_is_built_from_committed_findings_alone_and_without_torch(tmp_path: Path) -> None:
    """Which is `make pages`: every finding by the same call."""
    source = FINDINGS / "shallow" / "t91_brief-x3-quick"
    folder = tmp_path / "shallow" / source.name
    folder.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix != ".html":
            (folder / path.name).write_bytes(path.read_bytes())
    code = (
        "import sys; sys.argv = ['shoal', 'pages', 'DIR']\n"
        "from shoal.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({'torch', 'lightning'} & set(sys.modules)))"
    ).replace("DIR", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{folder / 'index.html'}\n\n"
    text = (folder / "index.html").read_text()
    assert "Is a learned shallow partner of EED better than a fixed one?" in text
    assert text.count("data:image/png;base64,") == 3 * (2 + 4)  # HR, bicubic and four arms


def test_the_index_of_committed_findings_is_what_their_readmes_say() -> None:
    from shoal.report.index import index

    assert (FINDINGS / "README.md").read_text() == index(FINDINGS)
