"""Pictures that are published in one archive, which is downloaded, checked and taken apart.

A download that was cut goes on where it stopped. An archive that lies in the data root already,
under its own name, is used and stays: where there is no network, it is put there by hand.
"""

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests

from shoal.data import sums
from shoal.data.mirrors import CONNECT_SECONDS, READ_SECONDS, MirrorError, blamed
from shoal.data.outcome import Advance, Outcome
from shoal.data.sets import PictureFile, sha256
from shoal.data.sources import Archive, Member
from shoal.system.files import write_whole
from shoal.system.lock import Held, hold

MIB = 2**20


def fetch(
    archive: Archive,
    files: Mapping[Path, PictureFile],
    root: Path,
    outcome: Outcome,
    advance: Advance,
) -> None:
    """Put files of an archive at their places, unless they are there and right.

    Args:
        archive: that holds them all.
        files: by the path that each is to have.
        root: the folder that holds the downloadable sets, and the archive until it is taken apart.
        outcome: gets what was done.
        advance: is told how many pictures of how many have been checked, and how many MiB of how
            many have been downloaded.
    """
    there = _digests([path for path in files if path.is_file()], advance)
    right = {path for path, digest in sums.expected(files).items() if there.get(path) == digest}
    wanted = {path: file for path, file in files.items() if path not in right}
    for path in right:
        outcome.add("kept", files[path])
    try:
        if wanted:
            _fill(archive, wanted, root, advance)
    except MirrorError as error:
        for file in wanted.values():
            outcome.fail(file, error)
        return
    for path, file in wanted.items():
        outcome.add("replaced" if path in there else "fetched", file)


def _digests(paths: Sequence[Path], advance: Advance) -> dict[Path, str]:
    digests = {}
    for number, path in enumerate(paths, 1):
        digests[path] = sha256(path)
        advance("pictures checked", number, len(paths))
    return digests


def _fill(
    archive: Archive, files: Mapping[Path, PictureFile], root: Path, advance: Advance
) -> None:
    given = root / archive.name
    if given.is_file():
        if sha256(given) != archive.sha256:
            raise MirrorError(f"{given} there has other bytes than the catalogue's: delete it")
        _take_apart(given, files)
        return
    root.mkdir(parents=True, exist_ok=True)
    with _alone(archive, root):
        part = root / f".fetching-{archive.name}"
        _download(archive, part, advance)
        _take_apart(part, files)
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


def _take_apart(path: Path, files: Mapping[Path, PictureFile]) -> None:
    """Write each file whole under its name, and the digests that the catalogue doesn't know."""
    places = {_within(file): place for place, file in files.items()}
    told: dict[Path, dict[str, str]] = {}
    for member, content in _contents(path, set(places)):
        place = places.pop(member)
        expected = files[place].sha256
        if expected and hashlib.sha256(content).hexdigest() != expected:
            raise MirrorError(f"{path.name} has other bytes than the catalogue's in {member}")
        place.parent.mkdir(parents=True, exist_ok=True)
        digest = write_whole(place, content)
        if not expected:
            told.setdefault(place.parent, {})[place.name] = digest
    if places:
        raise MirrorError(f"{path.name} has no {min(places)} in it")
    for folder, digests in told.items():
        sums.add(folder, digests)


def _within(file: PictureFile) -> str:
    assert isinstance(file.source, Member)
    return file.source.path


def _contents(path: Path, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    """Those of the wanted members that an archive has."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            for name in sorted(wanted.intersection(zipped.namelist())):
                yield name, zipped.read(name)
        return
    with tarfile.open(path) as packed:
        for member in packed:
            stream = packed.extractfile(member) if member.name in wanted else None
            if stream is not None:
                yield member.name, stream.read()
