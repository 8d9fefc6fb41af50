"""The catalogue of picture sets: what each consists of, and where its files are.

`sets.yaml` holds roles, citations and terms; `sources.tsv` the digest and the public source of
every downloadable file. Case, `_` and `-` in names don't matter: `t91_judge` is T91Judge.
"""

import difflib
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from shoal.data import entries, sums
from shoal.data.sets import USER, PictureFile, PictureSet, folder_set
from shoal.errors import UserError
from shoal.system.files import sha256

__all__ = [
    "PictureFile",
    "PictureSet",
    "default_root",
    "find",
    "folder_set",
    "locate",
    "names",
    "picture_set",
    "usual",
    "verify",
]


def names() -> list[str]:
    """The names of all sets, in the catalogue's order."""
    return list(entries.known())


def picture_set(name: str) -> PictureSet:
    """The set of a name.

    Raises:
        UserError: there is none; the message suggests the nearest name.
    """
    if (found := find(name)) is not None:
        return found
    known = {_key(candidate): candidate for candidate in names()}
    near = difflib.get_close_matches(_key(name), known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else f"there are {', '.join(names())}"
    raise UserError(f"{name!r} is not a picture set: {hint}")


def find(name: str) -> PictureSet | None:
    """The set of a name; None if there is none."""
    known = {_key(candidate): candidate for candidate in names()}
    return _build(known[_key(name)]) if _key(name) in known else None


@cache
def usual() -> dict[str, tuple[str, str]]:
    """The training sets for which the catalogue names validation pictures.

    Returns:
        By the training set's digest: the digest of its order, and that of the validation pictures.
    """
    found = {}
    for name, entry in entries.known().items():
        if "validation" in entry:
            train = _build(name)
            found[train.digest] = train.order, _build(entry["validation"]).digest
    return found


def default_root() -> Path:
    """The folder of downloadable sets: `$SHOAL_DATA`, else `data` in the working folder."""
    return Path(os.environ.get("SHOAL_DATA") or "data")


def locate(pictures: PictureSet, root: Path) -> list[Path]:
    """The paths of a set's files, in the set's order; that they exist is checked, not their bytes.

    Args:
        pictures: the set.
        root: the folder of the downloadable sets, each in a folder of its name.

    Raises:
        UserError: a file is missing; the message names the command that fetches it.
    """
    paths = [file.under(root) for file in pictures.files]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        count = f"{len(missing)} of {len(paths)} pictures are not in {missing[0].parent}"
        raise UserError(f"{pictures.name}: {count}: {_remedy(pictures, root)}")
    return paths


def verify(pictures: PictureSet, root: Path) -> list[Path]:
    """As `locate`, and make sure that each file has the expected bytes.

    Raises:
        UserError: a file is missing or has other bytes.
    """
    paths = locate(pictures, root)
    for path, digest in sums.expected(dict(zip(paths, pictures.files, strict=True))).items():
        if sha256(path) != digest:
            raise UserError(f"{path} has other bytes than expected: {_remedy(pictures, root)}")
    return paths


def _remedy(pictures: PictureSet, root: Path) -> str:
    if pictures.downloads:
        default = default_root().resolve()
        at = "" if root.resolve() == default else f" --root {shlex.quote(str(root))}"
        return f"run `shoal data fetch {' '.join(pictures.downloads).lower()}{at}`"
    if pictures.role == USER:
        return "the folder has changed since it was read; start again"
    return "run `pip install --force-reinstall --no-deps scikit-image==0.26.0`"


def _key(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


@cache
def _build(name: str) -> PictureSet:
    entry = entries.known()[name]
    parents = [_build(parent) for parent in entry.get("of", [])]
    files = _composed(entry, parents) or entries.files(name, entry)
    if len(files) != entry["count"]:
        raise ValueError(f"{name} has {len(files)} files, and sets.yaml counts {entry['count']}")
    citation = entry.get("citation") or _joined({each.name: each.citation for each in parents})
    terms = entry.get("terms") or _joined({each.name: each.terms for each in parents})
    return PictureSet(name, entry["role"], citation, terms, files, entry["notes"])


def _joined(texts: Mapping[str, str]) -> str:
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{name}: {text.rstrip('.')}" for name, text in texts.items())


def _composed(entry: Mapping[str, Any], parents: Sequence[PictureSet]) -> tuple[PictureFile, ...]:
    files = [file for parent in parents for file in parent.files]
    if only := entry.get("only"):
        files = [replace(file, why=only[file.name]) for file in files if file.name in only]
    if without := entry.get("without"):
        left_out = {file.name for file in _build(without).files}
        files = [file for file in files if file.name not in left_out]
    return tuple(files)
