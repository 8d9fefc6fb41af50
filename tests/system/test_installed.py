"""Packages that somebody installed, and that a `_target_` comes from: their content is identity."""

import re
import tomllib
from pathlib import Path

import pytest

from helpers.composing import ROOT
from shoal.system.code import changed, changed_since, own_code
from shoal.system.installed import REQUIRED, installed_code

NODE = {"_target_": "mypkg.nets.Net", "scale": 3}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, with one in it."""
    site = tmp_path / "lib" / "site-packages"
    (site / "mypkg").mkdir(parents=True)
    (site / "mypkg" / "__init__.py").write_text("")
    install(site, "1.0", "class Net: ...\n")
    monkeypatch.syspath_prepend(str(site))
    return site


def install(site: Path, version: str, text: str, record: bool = True) -> None:
    """What pip leaves of a version, in place of another."""
    for old in site.glob("mypkg-*"):
        for path in old.iterdir():
            path.unlink()
        old.rmdir()
    about = site / f"mypkg-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mypkg\nVersion: {version}\n")
    (about / "top_level.txt").write_text("mypkg\n")
    if record:
        lines = ("mypkg/__init__.py,,", "mypkg/nets.py,,", "../../bin/mypkg.py,,")
        (about / "RECORD").write_text("\n".join(lines))
    (site / "mypkg" / "nets.py").write_text(text)


def test_another_version_of_an_installed_package_is_other_code(site: Path) -> None:
    before = own_code(NODE)
    assert set(before) == {"installed mypkg"}
    install(site, "2.0", "class Net:\n    wider = True\n")
    assert changed(before, own_code(NODE)) == "installed mypkg has changed"
    assert changed_since(before, NODE) == "installed mypkg has changed"


def test_a_file_that_is_edited_where_it_lies_is_other_code(site: Path) -> None:
    before = own_code(NODE)
    (site / "mypkg" / "nets.py").write_text("class Net: ...  # edited\n")
    assert own_code(NODE) != before


def test_the_same_modules_under_another_version_are_the_same_code(site: Path) -> None:
    before = own_code(NODE)
    install(site, "1.1", "class Net: ...\n")
    assert own_code(NODE) == before


def test_a_package_that_lists_no_files_counts_by_its_version(site: Path) -> None:
    install(site, "3.1", "", record=False)
    assert own_code(NODE) == {"installed mypkg": "version 3.1"}


def test_a_package_that_nothing_describes_counts_by_its_files(site: Path) -> None:
    install(site, "1.0", "x = 1\n")
    for path in (site / "mypkg-1.0.dist-info").iterdir():
        path.unlink()
    before = own_code(NODE)
    (site / "mypkg" / "nets.py").write_text("x = 2\n")
    assert own_code(NODE) != before


def test_a_name_that_is_no_target_brings_no_package_in(site: Path) -> None:
    assert own_code({"_target_": "torch.nn.L1Loss", "note": "mypkg.nets"}) == {}


def test_what_shoal_requires_is_no_code_of_ones_own() -> None:
    assert installed_code(f"{name}.X" for name in REQUIRED) == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    called = {"hydra-core": "hydra", "pillow": "PIL", "pyyaml": "yaml", "scikit-image": "skimage"}
    called["markdown-it-py"] = "markdown_it"
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=!]", requirement)[0]
        assert called.get(name, name.replace("-", "_")) in REQUIRED, name
