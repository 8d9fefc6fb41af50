"""Which SR picture shows which HR picture, by their names, as the tools of the field write them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from shoal.errors import UserError
from shoal.pictures.finding import pictures

# What may follow the HR picture's stem in that of an SR picture: its end, `_`, `-`, x3, (x3), ` 3x`
FOLLOWS = re.compile(r"\Z|[_-]|x\d| ?\(?(x\d|\d+x)")
PREFIX = re.compile(r"\ASR[_-]", re.IGNORECASE)  # of an SR picture: `SR_0801`
SUFFIX = re.compile(r"[_-](HR|GT)\Z", re.IGNORECASE)  # of an HR picture: `img_001_SRF_2_HR`
PLACE = "{}"  # in a pattern, for the HR picture's stem
RULE = (
    "an SR picture is called as its HR picture is, with _, - or x3 and more behind it; "
    "say how else with --pair, e.g. --pair 'SR_{}'"
)
NAMED = 20  # problems that one line has room for


class Pair(NamedTuple):
    """An SR picture and the HR picture that it should equal."""

    sr: Path
    hr: Path


def pairs(sr: Path, hr: Path, pattern: str | None = None) -> list[Pair]:
    """Two pictures, whatever they are called; of two folders, the pairs that their names make.

    Args:
        sr: a picture, or a folder of them.
        hr: the same of HR.
        pattern: an SR picture's stem, with `{}` where the HR picture's stands; None: by the rule.

    Raises:
        UserError: a path isn't there, a picture has no partner, or two, or the pattern is none.
    """
    for path in (sr, hr):
        if not path.exists():
            raise UserError(f"{path}: no such picture or folder")
    if pattern is not None and pattern.count(PLACE) != 1:
        raise UserError(f"--pair {pattern} has no {PLACE} for the HR picture's name, or several")
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
    """The pairs that names make; a name counts as a whole, or as a beginning."""
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
        *(f"{_names(found)} in {sr} are of one HR picture" for found in rivals),
    ]
    refuse([*problems[: NAMED - 1], RULE] if problems else [])
    return [Pair(picture, reference) for reference, (picture,) in partners.items()]


def _normal(stem: str) -> str:
    """One spelling of letters with accents: macOS writes them in parts."""
    return unicodedata.normalize("NFC", stem)


def _by_stem(references: Iterable[Path]) -> dict[str, Path]:
    stems: dict[str, Path] = {}
    for reference in references:
        other = stems.setdefault(_normal(reference.stem), reference)
        if other != reference:
            raise UserError(f"{other} and {reference} differ by their endings alone: keep one")
    return stems


def _bare(stems: Mapping[str, Path]) -> dict[str, Path]:
    """HR pictures by their stems without `_HR`, where no other is called so."""
    found: dict[str, list[Path]] = {}
    for stem, path in stems.items():
        found.setdefault(SUFFIX.sub("", stem), []).append(path)
    return {s: paths[0] for s, paths in found.items() if len(paths) == 1 and s not in stems}


def _reference(stem: str, stems: Mapping[str, Path]) -> Path | None:
    """The HR picture with the longest stem that begins an SR picture's, or what follows `SR_`."""
    for text in dict.fromkeys((stem, PREFIX.sub("", stem, count=1))):
        for end in range(len(text), 0, -1):
            if text[:end] in stems and FOLLOWS.match(text, end):
                return stems[text[:end]]
    return None


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(path.name for path in paths)


def refuse(problems: Sequence[str]) -> None:
    """Say all problems at once, or as many as one line has room for.

    Raises:
        UserError: there are any.
    """
    if problems:
        more = f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        raise UserError("; ".join(problems[:NAMED]) + more)
