"""Copies a stranger's run: only the files that a run has, and only plain files.

A stranger's folder may contain a link to one of our files, a pipe that nobody writes to, or a
device that never ends.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

from shoal.runs.folder import RunFolder
from shoal.system import regular
from shoal.system.files import write_whole

# The files of a finished run, without its lock, checkpoints and dashboards.
FILES = (
    *("config.yaml", "status.json", "log.txt", "curve.csv", "scores.csv", "record.json"),
    "weights.safetensors",
)
LARGEST = 1 << 30  # bytes of a file, far more than the weights of any of Shoal's networks


class Refused(Exception):
    """A run or a plan is not taken over; the message says why."""


def copied(theirs: RunFolder, folder: Path) -> RunFolder:
    """Copy a run into another folder.

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
    """Yield the run's files that exist, including links, pipes and devices of their names."""
    yield from (path for name in FILES if _kind(path := theirs.path / name) is not None)
    if (kind := _kind(theirs.samples)) is not None:
        if not stat.S_ISDIR(kind):
            raise Refused(f"{theirs.samples.name} is no folder, but a link or a file")
        yield from sorted(theirs.samples.glob("[!.]*.png"))


def _kind(path: Path) -> int | None:
    """Return the file mode of a path without following links; None if there is nothing."""
    try:
        return path.lstat().st_mode
    except OSError:
        return None


def plain_file(path: Path) -> bytes:
    """Read a stranger's file.

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
