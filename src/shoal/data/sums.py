"""Digests of files for which the catalogue only has the digest of their archive.

They are taken when the archive is unpacked, and stored in the set's folder in the format that
`sha256sum --check` reads.
"""

from collections.abc import Mapping
from pathlib import Path

from shoal.data.sets import PictureFile
from shoal.system.files import write_whole

NAME = "SHA256SUMS"


def read(folder: Path) -> dict[str, str]:
    """The digests in a folder by the names of the files; empty if there are none."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def add(folder: Path, digests: Mapping[str, str]) -> None:
    """Add digests, by the names of the files, to those in a folder."""
    known = sorted({**read(folder), **digests}.items())
    write_whole(folder / NAME, "".join(f"{digest}  {name}\n" for name, digest in known))


def expected(files: Mapping[Path, PictureFile]) -> dict[Path, str]:
    """The digest that each file should have; empty if it isn't known.

    Args:
        files: by their paths.
    """
    told = {folder: read(folder) for folder in {path.parent for path in files}}
    return {
        path: file.sha256 or told[path.parent].get(path.name, "") for path, file in files.items()
    }
