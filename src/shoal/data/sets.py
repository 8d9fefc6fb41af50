"""Picture sets, and how a user's own folder becomes one."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

from shoal.data.sources import Member, Source
from shoal.errors import UserError
from shoal.pictures.finding import pictures_in, say_left_out
from shoal.pictures.images import is_several
from shoal.system.files import sha256

USER = "user"  # the role of a folder of the user's own


@dataclass(frozen=True)
class PictureFile:
    """One file of a set.

    Attributes:
        name: the file's name, e.g. `baby.bmp`.
        folder: that it is in; relative to the data root for downloadable sets, else absolute.
        sha256: of its bytes, in hex; empty if only its archive's digest is known.
        source: where it can be downloaded, or None.
        why: why this picture was chosen for the set, or empty.
        credit: its owner and licence, if the pictures of the set differ in that; or empty.
    """

    name: str
    folder: Path
    sha256: str
    source: Source | Member | None = None
    why: str = ""
    credit: str = ""

    @property
    def content(self) -> str:
        """A digest that identifies its bytes, or a place in an archive whose bytes are known."""
        if self.sha256 or not isinstance(self.source, Member):
            return self.sha256
        return _text_digest([self.source.archive.sha256, self.source.path])

    def under(self, root: Path) -> Path:
        """Its path, given the folder of the downloadable sets."""
        return root / self.folder / self.name


@dataclass(frozen=True)
class PictureSet:
    """Pictures with one role.

    Attributes:
        name: as tables show it, e.g. `Set5`.
        role: `train`, `validation`, `test`, or `user` for a user's own folder.
        citation: what to cite, or empty.
        terms: terms of use as far as they are known, or empty.
        files: the pictures, in the order in which scores list them.
        notes: what else to know about the set, or empty.
    """

    name: str
    role: str
    citation: str
    terms: str
    files: tuple[PictureFile, ...]
    notes: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted digests of the files: the set's content, whatever the names."""
        return _text_digest(sorted(file.content for file in self.files))

    @property
    def order(self) -> str:
        """SHA-256 over the digests in the set's order, which is the patch stream's."""
        return _text_digest(["in this order", *(file.content for file in self.files)])

    @property
    def named(self) -> str:
        """SHA-256 over the digests and names, by which scores tell pictures apart."""
        return _text_digest(sorted(f"{file.content} {file.name}" for file in self.files))

    @property
    def scored(self) -> str:
        """The digest that records hold of a test set.

        Names count in a user's own set alone, since those in the catalogue never change.
        """
        return self.named if self.role == USER else self.digest

    @property
    def by_content(self) -> Self:
        """The same set in order of content, which renaming files doesn't change."""
        return replace(self, files=tuple(sorted(self.files, key=lambda file: file.content)))

    @property
    def downloads(self) -> tuple[str, ...]:
        """The downloadable sets that its files belong to; empty if nothing needs a download."""
        return tuple(dict.fromkeys(file.folder.name for file in self.files if file.source))


def folder_set(path: Path, name: str) -> PictureSet:
    """All pictures of a folder, sorted by name; animations are left out, with a line on stderr.

    Raises:
        UserError: see `finding.pictures_in`; or a picture can't be read, or all are animated.
    """
    digests = {file.name: _single_digest(file) for file in pictures_in(path)}
    kept = {file: digest for file, digest in digests.items() if digest is not None}
    say_left_out(path, {"animations and several pages": len(digests) - len(kept)})
    if not kept:
        raise UserError(f"{path} has no picture in it that isn't animated")
    place = path.resolve()
    files = tuple(PictureFile(file, place, digest) for file, digest in kept.items())
    return PictureSet(name, USER, citation="", terms="", files=files)


def _text_digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _single_digest(path: Path) -> str | None:
    """SHA-256 of a file that holds one picture; None if it holds an animation or several pages.

    Raises:
        UserError: it can't be read.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    return _read_once(path, about.st_size, about.st_mtime_ns)


@cache
def _read_once(path: Path, size: int, changed: int) -> str | None:
    """As `_single_digest`, of an unchanged file: a grid asks once for each of its runs."""
    return None if is_several(path) else sha256(path)
