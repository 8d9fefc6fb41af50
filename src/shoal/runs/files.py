"""The files of a run: how they are written and read."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.system import harmless, heartbeat, regular
from shoal.system.files import Row, csv_text, delete, write_whole

LARGEST = 1 << 24  # bytes of a JSON file; a record has about ten thousand


def weights_at(path: Path) -> Path:
    """The file of weights that a path stands for: of a run's folder its weights, else itself."""
    return RunFiles(path).weights if path.is_dir() else path


class RunFiles:
    """The files in the folder of one run.

    Args:
        path: `runs/<id>`; `create` makes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.samples = path / "samples"
        self.weights = path / "weights.safetensors"
        self.lock = path / "lock"

    @property
    def id(self) -> str:
        """The run's id."""
        return self.path.name

    def create(self) -> None:
        """Make the folder.

        Raises:
            UserError: it can't be written.
        """
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self.path} can't be made: {error}; choose paths.runs=DIR") from None

    def clear(self) -> None:
        """Delete everything but the lock, for `force=true`."""
        for entry in self.path.iterdir() if self.path.is_dir() else ():
            if entry in (self.lock, heartbeat.of(self.lock)):
                continue
            delete(entry)

    def write(self, name: str, content: bytes | str) -> None:
        """Write a file; it appears whole or not at all."""
        write_whole(self.path / name, content)

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON file; it appears whole or not at all."""
        self.write(name, json.dumps(content, indent=1) + "\n")

    def write_rows(self, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Write a CSV file; it appears whole or not at all."""
        self.write(name, csv_text(columns, rows))

    def rows(self, name: str) -> list[dict[str, str]]:
        """Read the rows of a CSV file; an absent file has none.

        Raises:
            UserError: it is damaged.
        """
        path = self.path / name
        if not path.is_file():
            return []
        try:
            with path.open(newline="", encoding="utf-8") as file:
                return list(csv.DictReader(file))
        except (ValueError, csv.Error) as error:
            raise UserError(f"{path} is no table ({error}): train it anew, force=true") from None

    def read_json(self, name: str) -> dict[str, Any]:
        """Read a JSON object.

        Raises:
            OSError: the file is missing or can't be read.
            ValueError: it is no JSON, or no object.
        """
        content = harmless.from_json(regular.content(self.path / name, LARGEST))
        if not isinstance(content, dict):
            raise ValueError(f"a {type(content).__name__} instead of an object")
        return content
