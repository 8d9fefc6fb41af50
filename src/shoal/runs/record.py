"""A run's record, which makes the run finished."""

from typing import Any

from shoal.errors import UserError, first_line
from shoal.runs.files import RunFiles
from shoal.runs.kind import Kind, recorded


class RunRecord(RunFiles):
    """The files of a run, with access to its record."""

    @property
    def finished(self) -> bool:
        """Whether the run has a record, which alone makes it finished."""
        return (self.path / "record.json").is_file()

    def record(self, *parts: str) -> dict[str, Any]:
        """Read the record of a finished run.

        Args:
            parts: keys that it must have, each with a mapping as its value.

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
        """What the finished run did to its network.

        Raises:
            UserError: its record is damaged.
        """
        try:
            return recorded(self.record())
        except (ValueError, TypeError) as error:
            raise self._no_record(first_line(error)) from None
