"""A run's record: what makes it finished, and what it says of the network."""

from typing import Any

from shoal.errors import UserError, first_line
from shoal.runs.files import RunFiles
from shoal.runs.kind import Kind, recorded


class RunRecord(RunFiles):
    """The files of a run, and what its record says once it has finished."""

    @property
    def finished(self) -> bool:
        """Only a record makes a run finished."""
        return (self.path / "record.json").is_file()

    def record(self, *parts: str) -> dict[str, Any]:
        """The record of a finished run.

        Args:
            parts: of it that are needed, each of which is a map.

        Raises:
            UserError: it can't be read, or lacks a part.
        """
        try:
            record = self.read_json("record.json")
        except (OSError, ValueError) as error:
            raise self._no_record(getattr(error, "strerror", None) or str(error)) from None
        for part in parts:
            if not isinstance(record.get(part), dict):
                raise self._no_record(f"it has no {part}")
        return record

    def _no_record(self, why: str) -> UserError:
        path = self.path / "record.json"
        return UserError(f"{path} is no record ({why}): train it anew, force=true")

    @property
    def kind(self) -> Kind:
        """What a finished run did to its network.

        Raises:
            UserError: its record doesn't say.
        """
        try:
            return recorded(self.record())
        except (ValueError, TypeError) as error:
            raise self._no_record(first_line(error)) from None
