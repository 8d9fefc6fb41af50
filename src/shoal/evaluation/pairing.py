"""Which SR picture belongs to which HR picture, by names as the field's tools write them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from shoal.errors import UserError
from shoal.pictures.finding import pictures

# What may follow the HR picture's stem in an SR picture's: nothing, `_`, `-`, `x3`, `(x3)`, ` 3x`.
FOLLOWS = re.compile(r"\Z|[_-]|x\d| ?\(?(x\d|\d+x)")
PREFIX = re.compile(r"\ASR[_-]", re.IGNORECASE)  # of an SR picture's stem: `SR_0801`
SUFFIX = re.compile(r"[_-](HR|GT)\Z", re.IGNORECASE)  # of an HR picture's: `img_001_SRF_2_HR`
PLACE = "{}"  # stands for the HR picture's stem in a pattern
RULE = (
    "an SR picture's name is that of its HR picture, which _, - or x3 and anything may follow; "
    "describe other names with --pair, e.g. --pair 'SR_{}'"
)
NAMED = 20  # problems that one message lists at most


class Pair(NamedTuple):
    """An SR picture and the HR picture that it is scored against."""

    sr: Path
    hr: Path


def pairs(sr: Path, hr: Path, pattern: str | None = None) -> list[Pair]:
    """Pair two pictures, whatever their names, or the pictures of two folders by their names.

    Args:
        sr: a picture, or a folder of them.
        hr: an HR picture, or a folder of them.
        pattern: an SR picture's stem with `{}` in place of the HR picture's; None: see `RULE`.

    Raises:
        UserError: a path doesn't exist, a picture has no partner or several, or the pattern
            doesn't hold `{}` once.
    """
    for path in (sr, hr):
        if not path.exists():
            raise UserError(f"{path}: no such picture or folder")
    if pattern is not None and pattern.count(PLACE) != 1:
        raise UserError(f"--pair {pattern} must hold {PLACE} once, for the HR picture's name")
    if sr.is_file() and hr.is_file():
        return [Pair(sr, hr)]
    if sr.is_file() or hr.is_file():
        raise UserError(f"{sr} and {hr}: one is a file; give two pictures or two folders")
    stems = _by_stem(pictures([hr]))
    if pattern is None:
        return _paired(sr, hr, stems, stems | _bare(stems))
    named = {_normal(pattern).replace(PLACE, stem): path for stem, path in stems.items()}
    return _paired(sr, hr, stems, named, whole=True)


def _paired(
    sr: Path, hr: Path, stems: Mapping[str, Path], named: Mapping[str, Path], whole: bool = False
) -> list[Pair]:
    """Pair the pictures of two folders.

    Args:
        sr: the folder of SR pictures.
        hr: the folder of HR pictures.
        stems: HR pictures by their stems.
        named: HR pictures by what an SR picture's stem is, or begins with.
        whole: whether that is the whole stem.
    """
    partners: dict[Path, list[Path]] = {reference: [] for reference in stems.values()}
    strangers: list[Path] = []
    for picture in pictures([sr]):
        stem = _normal(picture.stem)
        reference = named.get(stem) if whole else _reference(stem, named)
        (partners[reference] if reference else strangers).append(picture)
    lonely = [reference for reference, found in partners.items() if not found]
    rivals = [found for found in partners.values() if len(found) > 1]
    problems = [
        *([f"no HR picture in {hr} for {_names(strangers)}"] if strangers else []),
        *([f"no SR picture in {sr} for {_names(lonely)}"] if lonely else []),
        *(f"{_names(found)} in {sr} belong to the same HR picture" for found in rivals),
    ]
    refuse([*problems[: NAMED - 1], RULE] if problems else [])
    return [Pair(picture, reference) for reference, (picture,) in partners.items()]


def _normal(stem: str) -> str:
    """A stem in Unicode's composed form: macOS stores letters with accents decomposed."""
    return unicodedata.normalize("NFC", stem)


def _by_stem(references: Iterable[Path]) -> dict[str, Path]:
    stems: dict[str, Path] = {}
    for reference in references:
        other = stems.setdefault(_normal(reference.stem), reference)
        if other != reference:
            raise UserError(f"{other} and {reference} differ only in their suffixes: keep one")
    return stems


def _bare(stems: Mapping[str, Path]) -> dict[str, Path]:
    """HR pictures by their stems without `_HR` or `_GT`, where these are unambiguous."""
    found: dict[str, list[Path]] = {}
    for stem, path in stems.items():
        found.setdefault(SUFFIX.sub("", stem), []).append(path)
    return {s: paths[0] for s, paths in found.items() if len(paths) == 1 and s not in stems}


def _reference(stem: str, stems: Mapping[str, Path]) -> Path | None:
    """The HR picture with the longest stem that an SR picture's begins with, `SR_` set aside."""
    for text in dict.fromkeys((stem, PREFIX.sub("", stem, count=1))):
        for end in range(len(text), 0, -1):
            if text[:end] in stems and FOLLOWS.match(text, end):
                return stems[text[:end]]
    return None


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(path.name for path in paths)


def refuse(problems: Sequence[str]) -> None:
    """Refuse with all problems in one message, up to `NAMED` of them.

    Raises:
        UserError: there are any.
    """
    if problems:
        more = f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        raise UserError("; ".join(problems[:NAMED]) + more)
