"""The entries of picture sets in `sets.yaml` and `sources.tsv`."""

import csv
import importlib.util
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shoal.data.sets import PictureFile
from shoal.data.sources import Archive, Member, Source
from shoal.errors import UserError

HERE = Path(__file__).parent


@cache
def known() -> dict[str, Any]:
    """The entry of each set in `sets.yaml`, by its name."""
    said: dict[str, Any] = yaml.safe_load((HERE / "sets.yaml").read_text(encoding="utf-8"))
    return said


def files(name: str, entry: Mapping[str, Any]) -> tuple[PictureFile, ...]:
    """The files of a set that isn't composed of others: in a package, or to be downloaded."""
    return _packaged(entry) or _downloadable(name, entry)


def _packaged(entry: Mapping[str, Any]) -> tuple[PictureFile, ...]:
    pictures: Mapping[str, Mapping[str, str]] = entry.get("pictures", {})
    folder = _package_data(entry["package"]) if pictures else Path()
    return tuple(
        PictureFile(name, folder, about["sha256"], why=about["why"], credit=about["credit"])
        for name, about in pictures.items()
    )


def _package_data(package: str) -> Path:
    """The `data` folder of an installed package, found without importing it, which takes a second.

    Raises:
        UserError: it isn't installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"the Sample pictures are inside {package}: `pip install scikit-image`")
    return Path(spec.submodule_search_locations[0]) / "data"


def _downloadable(name: str, entry: Mapping[str, Any]) -> tuple[PictureFile, ...]:
    about = entry.get("archive")
    archive = about and Archive(tuple(about["urls"]), about["sha256"], about["bytes"])
    return tuple(
        PictureFile(row["file"], Path(name), row["sha256"], _source(row, archive))
        for row in _rows()[name]
    )


def _source(row: Mapping[str, str], archive: Archive | None) -> Source | Member:
    if archive:
        return Member(archive, row["path"])
    return Source(row["repository"], row["commit"], row["path"])


@cache
def _rows() -> Mapping[str, Sequence[Mapping[str, str]]]:
    rows = defaultdict(list)
    with (HERE / "sources.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            rows[row["set"]].append(row)
    return rows
