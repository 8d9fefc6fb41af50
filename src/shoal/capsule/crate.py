"""The metadata of a capsule as an RO-Crate (JSON-LD, specification 1.1).

The library `rocrate` isn't used, since it unpacks an archive to read it, and checks neither names
nor digests, which is what matters here.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from shoal.capsule.contents import FINDINGS
from shoal.errors import UserError, first_line

METADATA = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
ACTION, PROGRAM = "#redo", "#shoal"
FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex",
    ".html": "text/html",
    ".yaml": "application/yaml",
    ".txt": "text/plain",
}


def metadata(
    files: Mapping[str, bytes], *, name: str, question: str, command: str, date: str, version: str
) -> bytes:
    """The text of `ro-crate-metadata.json`.

    Args:
        files: all other files of the capsule, by name.
        name: of the study, e.g. `ablation/t91-x3-standard`.
        question: the question that it answers.
        command: the command that redoes it.
        date: the time at which its last run finished, ISO 8601.
        version: of Shoal.
    """
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": question or name,
        "datePublished": date,
        "license": {"@id": "LICENSE"},
        "hasPart": [{"@id": each} for each in files],
        "mentions": [{"@id": ACTION}],
    }
    action = {
        "@id": ACTION,
        "@type": "CreateAction",
        "name": "the command that redoes the study",
        "description": command,
        "instrument": {"@id": PROGRAM},
        "result": [{"@id": each} for each in files if each.startswith(f"{FINDINGS}/")],
        "endTime": date,
    }
    program = {
        "@id": PROGRAM,
        "@type": "SoftwareApplication",
        "name": "Shoal",
        "softwareVersion": version,
    }
    graph = [_descriptor(), root, action, program, *(_file(*each) for each in files.items())]
    tree = {"@context": [CONTEXT, {"sha256": "https://schema.org/sha256"}], "@graph": graph}
    return (json.dumps(tree, indent=1) + "\n").encode()


def _descriptor() -> dict[str, Any]:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }


def _file(name: str, content: bytes) -> dict[str, Any]:
    kind = FORMATS.get(PurePosixPath(name).suffix, "application/octet-stream")
    return {
        "@id": name,
        "@type": "File",
        "name": PurePosixPath(name).name,
        "encodingFormat": "text/plain" if name == "LICENSE" else kind,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


class Crate:
    """The parsed metadata of a capsule.

    Raises:
        UserError: it isn't the metadata of a capsule.
    """

    def __init__(self, text: bytes) -> None:
        try:
            tree = json.loads(text)
            self._by_id = {entity["@id"]: entity for entity in tree["@graph"]}
            about = self._by_id[METADATA]
            whole = len(self._by_id) == len(tree["@graph"]) and CONTEXT in tree["@context"]
            if not whole or about["conformsTo"]["@id"] != PROFILE or about["about"]["@id"] != "./":
                raise ValueError("no RO-Crate 1.1")
            root = self._by_id["./"]
            self.license = root["license"]["@id"]
            self.parts = [str(part["@id"]) for part in root["hasPart"]]
            self.command = str(self._by_id[ACTION]["description"])
            for key in ("name", "description", "datePublished"):  # required by the specification
                str(root[key])
            self.digests = {part: str(self._by_id[part]["sha256"]) for part in self.parts}
            self.sizes = {part: int(self._by_id[part]["contentSize"]) for part in self.parts}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise UserError(f"{METADATA} isn't that of a capsule ({first_line(error)})") from None
