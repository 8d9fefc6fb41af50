"""Shared fixtures."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from helpers.grids import Grid

# How long an example takes depends on what else the machine is doing.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# Files that take longest, most of whose tests start processes: first, so that workers that take a
# file at a time end together.
LONG = ("readme", "ranks", "resume", "training", "launcher")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first and leave the others in their order."""
    rank = {f"test_{name}": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def shoal_data() -> Path:
    """The folder of the literature's picture sets; the test skips where there is none."""
    folder = os.environ.get("SHOAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the literature's pictures: set SHOAL_DATA to their folder")
    return Path(folder).resolve()


@pytest.fixture(autouse=True)
def _pictures(request: pytest.FixtureRequest) -> None:
    """A test marked `data` skips without the pictures, whether or not it takes their folder."""
    if request.node.get_closest_marker("data"):
        request.getfixturevalue("shoal_data")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The decoded pictures of all tests of a session, which its workers share as runs do."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "decoded"


@pytest.fixture(scope="session")
def small_pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Overrides for training on small pictures: scoring large ones is most of what a test costs."""
    folder = tmp_path_factory.mktemp("small") / "photos"
    folder.mkdir()
    for number in range(3):
        Image.effect_noise((60, 48), 60 + number).save(folder / f"{number}.png")
    return "data=folder", f"data.train={folder}"


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[Grid]:
    """Issues grids in a folder of its own; its processes end with the test."""
    grid = Grid(tmp_path / "grid")
    grid.folder.mkdir()
    yield grid
    for process in grid.processes:
        process.kill()
        process.communicate()
