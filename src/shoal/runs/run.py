"""One run: its config, its pictures and its folder."""

from dataclasses import dataclass
from typing import Self

from shoal.data.selection import Selection, select
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.identity import Content, run_id


@dataclass(frozen=True)
class Run:
    """A run, whether it is only planned, begun or finished.

    Attributes:
        config: its config.
        selection: its pictures.
        content: digests of what it is made from besides its config.
        folder: its folder, which may not exist yet.
    """

    config: RunConfig
    selection: Selection
    content: Content
    folder: RunFolder

    @classmethod
    def of(cls, config: RunConfig) -> Self:
        """Return the run of a config.

        Raises:
            UserError: a set is unknown, a folder of pictures is unfit, or a module of the user's
                own can't be found.
        """
        data = config.data
        selection = select(data.train, data.val, data.test)
        content = Content.of(config, selection)
        folder = RunFolder(config.paths.runs / run_id(config, content))
        return cls(config, selection, content, folder)

    def require_pictures(self) -> None:
        """Make sure that all pictures are there before any work begins.

        Raises:
            UserError: one is missing; the message names the command that gets it.
        """
        self.selection.require(self.config.paths.data)
