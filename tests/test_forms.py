"""The files that a forge reads: issue forms and workflows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from helpers.composing import ROOT

FILES = sorted((ROOT / ".github").rglob("*.yml"))


def empty(tree: Any, path: str = "") -> Iterator[str]:
    """The keys without a value: what a comma leaves of a sentence that has no quotes."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from empty(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for value in tree:
            yield from empty(value, path)
    elif tree is None:
        yield path


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_key_of_a_forges_file_has_a_value(file: Any) -> None:
    # YAML 1.1 reads the word `on` as true.
    assert [
        key for key in empty(yaml.safe_load(file.read_text())) if key != ".True.pull_request"
    ] == []


def test_workflows_take_actions_by_commit() -> None:
    text = "".join(path.read_text() for path in FILES if path.parent.name == "workflows")
    used = re.findall(r"uses: (\S+)", text)
    assert len(used) > 5
    assert [each for each in used if not re.search(r"@[0-9a-f]{40}$", each)] == []
