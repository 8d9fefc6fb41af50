"""What a fetch reports, while it runs and at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shoal.data.sets import PictureFile
from shoal.errors import UserError

Advance = Callable[[str, int, int], None]  # told what is counted, how many are done, of how many


@dataclass
class Outcome:
    """What a fetch has done, each file as `folder/name`.

    Attributes:
        fetched: new files.
        replaced: files that existed with other bytes, and are right now.
        kept: files that existed and were right.
        failed: files that no mirror has delivered, and why; whatever existed is untouched.
    """

    fetched: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, how: str, file: PictureFile) -> None:
        """Record a file that is right now, in `fetched`, `replaced` or `kept`."""
        getattr(self, how).append(_label(file))

    def fail(self, file: PictureFile, error: Exception) -> None:
        """Record a file that has not been delivered."""
        self.failed[_label(file)] = str(error)

    def check(self) -> None:
        """Refuse an incomplete set.

        Raises:
            UserError: files are missing; the message names the first and why.
        """
        if self.failed:
            file, reason = min(self.failed.items())
            others = f", and {len(self.failed) - 1} more" if len(self.failed) > 1 else ""
            raise UserError(
                f"not fetched: {file} ({reason}){others}: the same command goes on from here"
            )


def _label(file: PictureFile) -> str:
    return f"{file.folder.name}/{file.name}"
