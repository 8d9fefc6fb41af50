"""Networks in the layout of the Hugging Face hub: a folder of it, or fetched from there.

A folder holds `config.json` (what the weights' file says of its network), `model.safetensors` and a
card, `README.md`. The hub's address is `$HF_ENDPOINT`, as its own programs have it.
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
SECONDS = (10, 30)  # to connect; without a byte
LARGEST = 1 << 30  # bytes: more is no network of ours


def is_address(text: str) -> bool:
    """Whether a network of the hub is meant."""
    return text.startswith(SCHEME)


def weights_in(folder: Path) -> Path | None:
    """The weights of a folder of the hub's layout; None where it is none."""
    path = folder / WEIGHTS
    return path if path.is_file() else None


def fetched(address: str) -> Path:
    """The weights at `hf://owner/name`, or `hf://owner/name@revision`.

    They are kept: without a network, those of the last time are taken.

    Raises:
        UserError: it is no such address, the hub holds none there, or can't be reached.
    """
    found = NAME.fullmatch(address)
    if not found or ".." in address:
        raise UserError(f"{address} is no address: e.g. hf://owner/name, or hf://owner/name@main")
    name, revision = found[1], found[2] or "main"
    place = root() / "hub" / name / revision.replace("/", "--") / WEIGHTS
    url = f"{os.environ.get('HF_ENDPOINT') or HUB}/{name}/resolve/{revision}/{WEIGHTS}"
    import requests  # here: a third of a second

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
    """Write what is answered, unless it is there; where the hub says its digest, only if right."""
    said = _digest(answer)
    if said and place.is_file() and sha256(place) == said:
        return
    content = bytearray()
    for part in answer.iter_content(1 << 20):
        content += part
        if len(content) > LARGEST:
            raise UserError(f"{answer.url} is larger than any network of ours")
    if said and hashlib.sha256(content).hexdigest() != said:
        raise UserError(f"{answer.url} came with other bytes than its digest says: try again")
    with asked_for(place) as file:
        file.write(content)


def _digest(answer: "Response") -> str | None:
    """The SHA-256 that the hub says, which it does before it sends one to where the file lies."""
    tags = (
        each.headers.get(name, "").strip('"')
        for each in (*answer.history, answer)
        for name in ("X-Linked-Etag", "ETag")
    )
    return next((tag for tag in tags if DIGEST.fullmatch(tag)), None)
