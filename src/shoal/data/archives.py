"""Pictures that are published in one archive, which is downloaded, checked and unpacked.

An archive that is already in the data root, under its own name, is used and kept: without a network
it can be put there by hand.
"""

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shoal.data import sums
from shoal.data.download import downloaded
from shoal.data.mirrors import MirrorError
from shoal.data.outcome import Advance, Outcome
from shoal.data.sets import PictureFile
from shoal.data.sources import Archive, Member
from shoal.system.files import sha256, write_whole


def fetch(
    archive: Archive,
    files: Mapping[Path, PictureFile],
    root: Path,
    outcome: Outcome,
    advance: Advance,
) -> None:
    """Unpack files of an archive, unless they are there with the right bytes.

    Args:
        archive: the archive that holds all of them.
        files: the files, by the paths that they get.
        root: the folder of the downloadable sets, where the archive is until it is unpacked.
        outcome: records what was done.
        advance: told how many pictures have been checked, and how many MiB downloaded.
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
            raise MirrorError(f"{given} has other bytes than the catalogue's: delete it")
        _take_apart(given, files)
        return
    with downloaded(archive, root, advance) as part:
        _take_apart(part, files)


def _take_apart(path: Path, files: Mapping[Path, PictureFile]) -> None:
    """Write each file whole, and record the digests that the catalogue doesn't hold."""
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
    """The names and contents of the wanted members that an archive has."""
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
