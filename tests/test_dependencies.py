"""What `pyproject.toml` allows to be installed, and what `constraints.txt` pins."""

import tomllib
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.composing import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
OPTIONAL = [
    Requirement(line)
    for extra, lines in PROJECT["optional-dependencies"].items()
    for line in lines
    if extra != "docs"  # pinned in docs/constraints.txt, and installed by `make docs` alone
]
PINNED = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if not line.startswith("#")
)


@pytest.mark.parametrize("name", ["lightning", "pytorch-lightning"])
def test_lightning_as_published_with_malicious_code_is_refused(name):
    (specifier,) = (each.specifier for each in NEEDED if each.name == name)
    assert specifier.contains("2.6.6")
    assert not specifier.contains("2.6.2")
    assert not specifier.contains("2.6.3")


def test_every_package_asked_for_is_pinned_to_a_version_that_is_allowed():
    pinned = {canonicalize_name(name): version for name, version in PINNED.items()}
    for each in NEEDED + OPTIONAL:
        if each.name != PROJECT["name"]:
            assert each.specifier.contains(pinned[canonicalize_name(each.name)]), each


def brought_in(requirements):
    """The names of all packages that these install, each with those that it needs itself."""
    waiting, seen = list(requirements), set()
    while waiting:
        each = waiting.pop()
        key = canonicalize_name(each.name), frozenset(each.extras)
        if key in seen:
            continue
        seen.add(key)
        for line in distribution(each.name).requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in ("", *each.extras)
            ):
                waiting.append(needed)
    return {name for name, _ in seen}


def test_nothing_stays_pinned_that_nothing_needs():
    assert {canonicalize_name(name) for name in PINNED} <= brought_in(
        [each for each in NEEDED + OPTIONAL if each.name != PROJECT["name"]]
    )
