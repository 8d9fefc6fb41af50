"""Where the files of a set are published."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Source:
    """A file in a public repository at a commit."""

    repository: str
    commit: str
    path: str


@dataclass(frozen=True)
class Archive:
    """A public archive of pictures, `.zip` or `.tgz`.

    Attributes:
        urls: its addresses, asked in this order.
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
    """A file in an archive."""

    archive: Archive
    path: str
