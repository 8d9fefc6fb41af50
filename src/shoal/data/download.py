"""An archive downloaded from the first address that has it, with the right bytes or not at all.

An interrupted download continues where it stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests

from shoal.data.mirrors import CONNECT_SECONDS, READ_SECONDS, MirrorError, blamed
from shoal.data.outcome import Advance
from shoal.data.sources import Archive
from shoal.system.files import sha256
from shoal.system.lock import Held, hold

MIB = 2**20


@contextmanager
def downloaded(archive: Archive, root: Path, advance: Advance) -> Iterator[Path]:
    """Download an archive to a file, which is deleted at the end of the block unless that fails.

    Args:
        archive: with its addresses, size and digest.
        root: the folder for the file, made if it doesn't exist.
        advance: told how many MiB have been downloaded.

    Raises:
        MirrorError: no address has it, or another process is downloading it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(archive, root):
        part = root / f".fetching-{archive.name}"
        _download(archive, part, advance)
        yield part
        part.unlink()


@contextmanager
def _alone(archive: Archive, root: Path) -> Iterator[None]:
    """Keep other processes from writing to the same file within the block."""
    lock = root / f".fetching-{archive.name}.lock"
    try:
        with hold(lock):
            try:
                yield
            finally:
                lock.unlink()
    except Held:
        raise MirrorError(f"another process is downloading {archive.name}: wait for it") from None


def _download(archive: Archive, part: Path, advance: Advance) -> None:
    """Ask the addresses in turn; the next one continues what one has sent, unless it was wrong."""
    reasons = []
    for url in archive.urls:
        try:
            _go_on(url, archive, part, advance)
            return
        except MirrorError as error:
            reasons.append(f"{urlsplit(url).netloc} {error}")
    raise MirrorError("; ".join(reasons))


def _go_on(url: str, archive: Archive, part: Path, advance: Advance) -> None:
    there = part.stat().st_size if part.is_file() else 0
    if there < archive.size:
        there = _append(url, archive, part, there, advance)
    if there < archive.size:
        raise MirrorError("has fewer bytes than the catalogue says")
    if there > archive.size or sha256(part) != archive.sha256:
        part.unlink()
        raise MirrorError("has other bytes than the catalogue's")


def _append(url: str, archive: Archive, part: Path, there: int, advance: Advance) -> int:
    """Ask for the missing bytes, or for all if a server can't send a part; the file's new size."""
    # Some servers declare a .tgz as a compressed answer, whose bytes must not be unpacked here.
    wishes = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
    waits = CONNECT_SECONDS, READ_SECONDS
    with blamed(), requests.get(url, headers=wishes, timeout=waits, stream=True) as answer:
        answer.raise_for_status()
        with part.open("ab" if answer.status_code == requests.codes.partial else "wb") as stream:
            for chunk in answer.raw.stream(MIB, decode_content=False):
                stream.write(chunk)
                advance(f"{archive.name}, MiB", stream.tell() // MIB, archive.size // MIB)
                if stream.tell() > archive.size:
                    break
            return stream.tell()
