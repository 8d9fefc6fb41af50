"""An archive from the first of its addresses that has it: whole and right, or not at all.

A download that was cut goes on where it stopped.
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
    """The archive's bytes in a file, which goes with the block unless that fails.

    Args:
        archive: with its addresses, size and digest.
        root: the folder that the file lies in; made where it isn't there.
        advance: is told how many MiB of how many have come over.

    Raises:
        MirrorError: no address has it, or another process downloads it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(archive, root):
        part = root / f".fetching-{archive.name}"
        _download(archive, part, advance)
        yield part
        part.unlink()


@contextmanager
def _alone(archive: Archive, root: Path) -> Iterator[None]:
    """Two processes would write into one part."""
    lock = root / f".fetching-{archive.name}.lock"
    try:
        with hold(lock):
            try:
                yield
            finally:
                lock.unlink()
    except Held:
        raise MirrorError(f"another process downloads {archive.name}: wait for its end") from None


def _download(archive: Archive, part: Path, advance: Advance) -> None:
    """Ask its addresses in their order; what came over stays for the next, unless it is wrong."""
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
        raise MirrorError("has less than the catalogue's bytes")
    if there > archive.size or sha256(part) != archive.sha256:
        part.unlink()
        raise MirrorError("has other bytes than the catalogue's")


def _append(url: str, archive: Archive, part: Path, there: int, advance: Advance) -> int:
    """Ask for what is missing, or for all where a server can't begin within; the new size."""
    # Some servers call a .tgz a compressed answer: its bytes are wanted as they lie there.
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
