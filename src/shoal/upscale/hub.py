"""Networks in the Hugging Face hub's layout, in a local folder or downloaded from the hub.

A folder holds `config.json` (the facts of the weights' file), `model.safetensors` and a model card,
`README.md`. The hub's address is `$HF_ENDPOINT`, as for its own programs.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.errors import UserError
from shoal.system.files import asked_for, sha256
from shoal.upscale.kept import root

if TYPE_CHECKING:
    from requests import Response

SCHEME = "hf://"
WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
HUB = "https://huggingface.co"
NAME = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
DIGEST = re.compile(r"[0-9a-f]{64}")
SECONDS = (10, 30)  # time limits: to connect, and between two bytes
LARGEST = 1 << 30  # bytes; no network of Shoal's is as large


def is_address(text: str) -> bool:
    """Whether a text is an address in the hub."""
    return text.startswith(SCHEME)


def weights_in(folder: Path) -> Path | None:
    """The weights of a folder in the hub's layout; None if it isn't one."""
    path = folder / WEIGHTS
    return path if path.is_file() else None


def fetched(address: str) -> Path:
    """Download the weights at `hf://owner/name` or `hf://owner/name@revision`.

    They are kept, and used when the hub can't be reached.

    Raises:
        UserError: the address is malformed, the hub holds no weights there, or it can't be reached
            and none are kept.
    """
    found = NAME.fullmatch(address)
    if not found or ".." in address:
        words = f"{address} is no address of the hub"
        raise UserError(f"{words}: e.g. hf://owner/name, or hf://owner/name@main")
    name, revision = found[1], found[2] or "main"
    place = root() / "hub" / name / revision.replace("/", "--") / WEIGHTS
    url = f"{os.environ.get('HF_ENDPOINT') or HUB}/{name}/resolve/{revision}/{WEIGHTS}"
    import requests  # here, since it takes a third of a second

    try:
        with requests.get(url, timeout=SECONDS, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise UserError(f"{address}: {url} answers {answer.status_code} {answer.reason}")
            _keep(answer, place)
    except requests.RequestException as error:
        if place.is_file():
            return place
        reason = type(error).__name__
        raise UserError(f"{address} can't be fetched from {url} ({reason}): try again") from None
    return place


def _keep(answer: "Response", place: Path) -> None:
    """Write an answer to a file, unless the file has these bytes; checked if a digest is given."""
    said = _digest(answer)
    if said and place.is_file() and sha256(place) == said:
        return
    content = bytearray()
    for part in answer.iter_content(1 << 20):
        content += part
        if len(content) > LARGEST:
            raise UserError(f"{answer.url} is larger than any network of Shoal's")
    if said and hashlib.sha256(content).hexdigest() != said:
        raise UserError(f"{answer.url} came with other bytes than its digest says: try again")
    with asked_for(place) as file:
        file.write(content)


def _digest(answer: "Response") -> str | None:
    """The SHA-256 that the hub states, in its own answer or before it redirects; None if none."""
    tags = (
        each.headers.get(name, "").strip('"')
        for each in (*answer.history, answer)
        for name in ("X-Linked-Etag", "ETag")
    )
    return next((tag for tag in tags if DIGEST.fullmatch(tag)), None)
