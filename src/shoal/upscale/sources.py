"""Which pictures go in: files, and those in folders, whose sub-folders are mirrored."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shoal.errors import UserError
from shoal.pictures.finding import SUFFIXES, is_picture, others, say_left_out


@dataclass
class Sources:
    """What goes in.

    Attributes:
        places: each picture with the folder, relative, that its result goes to.
        unread: why sub-folders were left out.
    """

    places: dict[Path, Path] = field(default_factory=dict)
    unread: dict[Path, str] = field(default_factory=dict)


def found(paths: Sequence[Path], output: Path) -> Sources:
    """The pictures among paths, and in the folders among them.

    A folder's sub-folders are mirrored, several folders under their own names. A file that is named
    goes beside the others; where two of one name are, under the name of its folder.

    Args:
        paths: pictures and folders of them.
        output: where results go: what lies in it, earlier results, is no picture to enlarge.

    Raises:
        UserError: a path isn't there, or a folder can't be read or has no picture.
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
        if absolute(path) in known:  # a folder, and one in it or a file of it, are named
            continue
        known.add(absolute(path))
        alone = flat and number < len(files)
        sources.places[path] = Path() if alone else absolute(path).parent.relative_to(common)
    return sources


def absolute(path: Path) -> Path:
    """Where a path is from the root, links left as they are."""
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
    """The pictures of a folder, sorted, then those of its folders; hidden ones are left out."""
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
