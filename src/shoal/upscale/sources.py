"""The pictures to enlarge: files, and those in folders, whose sub-folders are mirrored."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shoal.errors import UserError
from shoal.pictures.finding import SUFFIXES, is_picture, others, say_left_out


@dataclass
class Sources:
    """The pictures to enlarge.

    Attributes:
        places: the pictures, each with the folder of its result relative to the output.
        unread: sub-folders that can't be read, with the reasons.
    """

    places: dict[Path, Path] = field(default_factory=dict)
    unread: dict[Path, str] = field(default_factory=dict)


def found(paths: Sequence[Path], output: Path) -> Sources:
    """The pictures among some paths, and those in the folders among them.

    Results of a folder's sub-folders go to folders of the same names; if several folders are given,
    each has one of its own name. Results of files go directly to the output, or, if two files have
    the same stem, to folders named like theirs.

    Args:
        paths: pictures and folders of them.
        output: the folder of results; pictures in it are earlier results and are left out.

    Raises:
        UserError: a path doesn't exist, or a folder can't be read or has no picture.
    """
    sources = Sources()
    files = [path for path in paths if not path.is_dir()]
    for path in files:
        if not path.exists():
            raise UserError(f"{path}: no such picture or folder")
    folders = [path for path in paths if path.is_dir()]
    inside = [path for folder in folders for path in _inside(folder, output, sources)]
    flat = len({path.stem for path in files}) == len({*map(absolute, files)})
    roots = {*map(absolute, folders), *(() if flat else (absolute(path).parent for path in files))}
    common = Path(os.path.commonpath(roots)) if roots else Path()
    known: set[Path] = set()
    for number, path in enumerate((*files, *inside)):
        if absolute(path) in known:  # given twice, e.g. by itself and by its folder
            continue
        known.add(absolute(path))
        alone = flat and number < len(files)
        sources.places[path] = Path() if alone else absolute(path).parent.relative_to(common)
    return sources


def absolute(path: Path) -> Path:
    """A path from the root, without following links."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows them


def _inside(folder: Path, output: Path, sources: Sources) -> list[Path]:
    results = absolute(output)
    within = absolute(folder) in results.parents
    pictures = list(_walk(folder, results if within else None, sources))
    if not pictures and sources.unread:
        raise UserError(next(iter(sources.unread.values())))
    if not pictures:
        raise UserError(f"{folder} has no picture in it (looked for {' '.join(SUFFIXES)})")
    return pictures


def _walk(folder: Path, results: Path | None, sources: Sources) -> Iterator[Path]:
    """The pictures of a folder, sorted, then those of its sub-folders, without hidden ones."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        sources.unread[folder] = f"{folder} can't be read ({error.strerror})"
        return
    yield from (path for path in entries if is_picture(path))
    say_left_out(folder, others(path for path in entries if not path.is_dir()))
    for path in entries:
        seen = path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
        if seen and absolute(path) != results:
            yield from _walk(path, results, sources)
