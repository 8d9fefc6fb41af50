"""A copy of another's run: its own kinds of files and no others, each a plain file, none a link.

What lies in a stranger's folder may be a link to a file of ours, a pipe that nobody writes to, or
a device that never ends.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

from shoal.runs.folder import RunFolder
from shoal.system import regular
from shoal.system.files import write_whole

# All that a finished run is: not its lock, what it would have gone on from, or its dashboards.
FILES = (
    *("config.yaml", "status.json", "log.txt", "curve.csv", "scores.csv", "record.json"),
    "weights.safetensors",
)
LARGEST = 1 << 30  # bytes of a file: no network of ours has as many


class Refused(Exception):
    """What should have come, and why it doesn't."""


def copied(theirs: RunFolder, folder: Path) -> RunFolder:
    """A copy of a run in another folder.

    Raises:
        Refused: one of its files is no plain file, too large, or can't be read.
        OSError: the copy can't be written.
    """
    copy = RunFolder(folder / theirs.id)
    copy.path.mkdir()
    for path in _files(theirs):
        target = copy.path / path.relative_to(theirs.path)
        target.parent.mkdir(exist_ok=True)
        write_whole(target, plain_file(path))
    return copy


def _files(theirs: RunFolder) -> Iterator[Path]:
    """Those that are there, links and worse included."""
    yield from (path for name in FILES if _kind(path := theirs.path / name) is not None)
    if (kind := _kind(theirs.samples)) is not None:
        if not stat.S_ISDIR(kind):
            raise Refused(f"{theirs.samples.name} is no folder, but a link or a file")
        yield from sorted(theirs.samples.glob("[!.]*.png"))


def _kind(path: Path) -> int | None:
    """Of what has that name, links not followed; None where there is nothing."""
    try:
        return path.lstat().st_mode
    except OSError:
        return None


def plain_file(path: Path) -> bytes:
    """The content of a stranger's file.

    Raises:
        Refused: it is no plain file, too large, or can't be read.
    """
    kind = _kind(path)
    if kind is None or not stat.S_ISREG(kind):
        raise Refused(f"{path.name} is no plain file, but a link, a folder, a pipe or a device")
    try:
        return regular.content(path, LARGEST)
    except OSError as error:
        raise Refused(f"{path.name} can't be read ({error.strerror})") from None
