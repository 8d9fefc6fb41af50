"""The code of one's own in a capsule: packed as the runs were made of it, or named."""

import hashlib
import sys
from pathlib import Path

import pytest

from helpers.modules import on_path
from shoal.capsule import code, contents

FILES = {
    "capsule_nets/__init__.py": "raise SystemExit('it was imported')\n",
    "capsule_nets/deep.py": "class Deep: ...\n",
    "capsule_mine.py": "class Mine: ...\n",
}
MODULES = ("capsule_nets", "capsule_nets.deep", "capsule_mine")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules on Python's path."""
    return on_path(FILES, tmp_path, monkeypatch)


@pytest.fixture
def row() -> dict[str, str]:
    """Of a run that was made of them."""
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in FILES.values()]
    return {"id": "mine-x3-s0-0", "code/": ""} | {
        f"code/{module}": digest for module, digest in zip(MODULES, digests, strict=True)
    }


def test_what_runs_were_made_of_is_packed_without_being_imported(
    own: Path, row: dict[str, str]
) -> None:
    found = code.sources([row])
    assert found == {f"code/{name}": text.encode() for name, text in FILES.items()}
    assert not set(MODULES) & set(sys.modules)
    assert not list(code.faults([row], found))
    assert code.lacking([row], found) == []


def test_a_module_that_has_changed_or_is_gone_is_left_out_and_named(
    own: Path, row: dict[str, str]
) -> None:
    (own / "capsule_mine.py").write_text("class Mine: ...  # another\n")
    (own / "capsule_nets" / "deep.py").unlink()
    found = code.sources([row])
    assert list(found) == ["code/capsule_nets/__init__.py"]
    assert code.lacking([row], found) == ["capsule_mine", "capsule_nets.deep"]


def test_of_two_versions_of_a_module_the_one_at_hand_is_packed_and_the_module_named(
    own: Path, row: dict[str, str]
) -> None:
    rows = [row, row | {"code/capsule_mine": "0" * 64}]
    found = code.sources(rows)
    assert "code/capsule_mine.py" in found
    assert code.lacking(rows, found) == ["capsule_mine"]


def test_an_installed_package_and_a_folder_of_configs_are_named_in_the_readme() -> None:
    rows = [{"id": "x", "code/installed timm": "1a"}]
    assert code.sources(rows) == {}
    lacks = contents.lacks("shoal train --config-dir mine/conf", code.lacking(rows, {}))
    text = contents.readme("n", "q", "c", rows, lacks).decode()
    assert "- the package timm\n- the YAML files of --config-dir mine/conf\n" in text
    assert "takes what isn't in it" not in contents.readme("n", "q", "c", rows, []).decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("code/capsule_mine.py", b"other bytes"),
        ("code/other.py", FILES["capsule_mine.py"].encode()),
        ("code/capsule_mine.sh", FILES["capsule_mine.py"].encode()),
        ("code/__init__.py", b""),
    ],
)
def test_a_file_that_no_run_was_made_of_is_a_fault(
    row: dict[str, str], name: str, content: bytes
) -> None:
    assert list(code.faults([row], {name: content})) == [
        f"{name} is no code that its runs were made of"
    ]
