"""Where the public has the files of a set."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Source:
    """Where a public repository holds the very bytes of a file."""

    repository: str
    commit: str
    path: str


@dataclass(frozen=True)
class Archive:
    """A public archive of pictures, `.zip` or `.tgz`.

    Attributes:
        urls: where it lies, asked in this order.
        sha256: of its bytes, in hex.
        size: in bytes.
    """

    urls: tuple[str, ...]
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """The file's name, e.g. `DIV2K_train_HR.zip`."""
        return urlsplit(self.urls[0]).path.rpartition("/")[2]


@dataclass(frozen=True)
class Member:
    """Where an archive holds the very bytes of a file."""

    archive: Archive
    path: str
