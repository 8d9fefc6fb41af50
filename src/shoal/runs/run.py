"""One run: what is asked for, with which pictures, and where it is kept."""

from dataclasses import dataclass
from typing import Self

from shoal.data.selection import Selection, select
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.identity import Content, run_id


@dataclass(frozen=True)
class Run:
    """A run that is wanted, begun or finished.

    Attributes:
        config: what is asked for.
        selection: its pictures.
        content: what it is made from beside its config.
        folder: where it is kept.
    """

    config: RunConfig
    selection: Selection
    content: Content
    folder: RunFolder

    @classmethod
    def of(cls, config: RunConfig) -> Self:
        """The run of a config.

        Raises:
            UserError: a set is unknown, a folder of pictures isn't as it must be, or a module of
                the user's own isn't to be found.
        """
        data = config.data
        selection = select(data.train, data.val, data.test)
        content = Content.of(config, selection)
        folder = RunFolder(config.paths.runs / run_id(config, content))
        return cls(config, selection, content, folder)

    def require_pictures(self) -> None:
        """Make sure that all pictures are there, before hours of work with some of them.

        Raises:
            UserError: one is missing; the message names the command that gets it.
        """
        self.selection.require(self.config.paths.data)
