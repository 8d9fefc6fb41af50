"""Mirrors of the catalogue's files; none needs to be trusted, or always up."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests
import urllib3

from shoal.data.sets import PictureFile
from shoal.data.sources import Source
from shoal.errors import UserError

DEFAULT_MIRRORS = (
    "https://raw.githubusercontent.com/{repository}/{commit}/{path}",
    "https://cdn.jsdelivr.net/gh/{repository}@{commit}/{path}",
    "https://github.com/{repository}/raw/{commit}/{path}",
)
CONNECT_SECONDS, READ_SECONDS = 10, 30
LOST = (
    *(requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError),
    urllib3.exceptions.HTTPError,  # raised while an answer is streamed
)
# A mirror whose connection has failed this many times in a row is not asked again: without a
# network, hundreds of files would each wait for every mirror.
GIVE_UP_AFTER = 3


class MirrorError(Exception):
    """A file has not been delivered; the message says by which server and why."""


class ConnectionLost(MirrorError):
    """The mirror cannot be reached, or the connection broke or stalled."""


class Mirrors:
    """URL templates, asked in their order; one that is out of reach is dropped.

    Raises:
        UserError: a template is no http(s) address, or has other fields than a `Source`.
    """

    def __init__(self, templates: Sequence[str]) -> None:
        for template in templates:
            address(template, Source("owner/name", "0" * 40, "folder/file"))
        self.templates = tuple(templates)
        self.lost: Counter[str] = Counter()

    def download(self, file: PictureFile, part: Path) -> None:
        """Download a file to `part`, and check its bytes.

        Raises:
            MirrorError: no mirror has delivered them.
        """
        assert isinstance(file.source, Source)
        reasons = []
        for template in self.templates:
            try:
                self._ask(template, address(template, file.source), file.sha256, part)
                return
            except MirrorError as error:
                reasons.append(f"{urlsplit(template).netloc} {error}")
        raise MirrorError("; ".join(reasons))

    def _ask(self, template: str, url: str, digest: str, part: Path) -> None:
        if self.lost[template] >= GIVE_UP_AFTER:
            raise MirrorError("is out of reach")
        try:
            download(url, digest, part)
        except ConnectionLost:
            self.lost[template] += 1
            raise
        self.lost[template] = 0


def address(template: str, source: Source) -> str:
    """The URL that a template makes of a source, percent-encoded.

    Raises:
        UserError: the template is no http(s) address, or has other fields than a `Source`.
    """
    fields = {name: quote(text) for name, text in vars(source).items()}
    try:
        url = template.format(**fields)
    except (LookupError, ValueError, AttributeError):
        url = ""
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        known = " ".join(f"{{{name}}}" for name in fields)
        raise UserError(f"mirror {template!r} is not an http(s) address with {known} in it")
    return url


def download(url: str, digest: str, part: Path) -> None:
    """Download one file and check its SHA-256.

    Raises:
        MirrorError: it doesn't exist, has other bytes, or lies behind a redirect to anything but
            http or https, which `requests` doesn't follow.
    """
    with blamed():
        # Not streamed, which leaves no connection open: files have 1.2 MB at most.
        answer = requests.get(url, timeout=(CONNECT_SECONDS, READ_SECONDS))
        answer.raise_for_status()
    if hashlib.sha256(answer.content).hexdigest() != digest:
        raise MirrorError("has other bytes than the catalogue's")
    part.write_bytes(answer.content)


@contextmanager
def blamed() -> Iterator[None]:
    """Turn what `requests` raises within the block into an error of the mirror.

    Raises:
        MirrorError: a request has failed; the message says what the mirror did.
    """
    try:
        yield
    except requests.HTTPError as error:
        code = error.response.status_code if error.response is not None else "an error"
        raise MirrorError(f"answers {code}") from None
    except requests.exceptions.InvalidSchema:
        raise MirrorError("redirects to an address that is not http(s)") from None
    except LOST:
        raise ConnectionLost("has no connection or lost it") from None
    except requests.RequestException as error:
        raise MirrorError(f"fails ({type(error).__name__})") from None
