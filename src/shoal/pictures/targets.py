"""What pictures become on disk: nothing that goes in is replaced, nothing that is there unasked."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from shoal.errors import UserError


def require_free(jobs: Iterable[tuple[Path, Sequence[Path]]], *, force: bool) -> None:
    """Refuse files that can't be written without a loss, before any is.

    Args:
        jobs: each picture that goes in, with the files that will be written for it.
        force: whether files that are there may be replaced; a picture that goes in never is.

    Raises:
        UserError: two pictures would become one file, one that goes in would be replaced, or a
            file is in the way.
    """
    jobs = list(jobs)
    origin: dict[Path, Path] = {}
    for source, written in jobs:
        for path in written:
            rival = origin.setdefault(path, source)
            if rival != source:
                raise UserError(f"{rival} and {source} would both become {path}: rename one")
    sources = {source.resolve() for source, _ in jobs}
    for path in origin:
        if path.resolve() in sources:
            raise UserError(f"{path} would replace a picture that goes in: choose another -o")
        if path.exists() and not force:
            raise UserError(f"{path} is there already: add --force to replace it")
