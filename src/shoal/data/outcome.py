"""What a fetch tells: while it goes on, and at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shoal.data.sets import PictureFile
from shoal.errors import UserError

Advance = Callable[[str, int, int], None]  # of what, how many are done, of how many


@dataclass
class Outcome:
    """What a fetch has done, each file as `folder/name`.

    Attributes:
        fetched: files that are new.
        replaced: files that were there with other bytes, and are right now.
        kept: files that were there and right.
        failed: files that no mirror has delivered, and why. What was in their place is untouched.
    """

    fetched: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, how: str, file: PictureFile) -> None:
        """Note a file that is there now, in `fetched`, `replaced` or `kept`."""
        getattr(self, how).append(_label(file))

    def fail(self, file: PictureFile, error: Exception) -> None:
        """Note a file that is not."""
        self.failed[_label(file)] = str(error)

    def check(self) -> None:
        """Complain if a file is still missing.

        Raises:
            UserError: names the first such file and the reasons.
        """
        if self.failed:
            file, reason = min(self.failed.items())
            others = f", and {len(self.failed) - 1} more" if len(self.failed) > 1 else ""
            raise UserError(
                f"not fetched: {file} ({reason}){others}: the same command goes on from here"
            )


def _label(file: PictureFile) -> str:
    return f"{file.folder.name}/{file.name}"
