"""Files that pictures become: no input is ever replaced, and no other file unless asked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from shoal.errors import UserError


def in_the_way(jobs: Sequence[tuple[Path, Sequence[Path]]], *, force: bool) -> dict[Path, str]:
    """The pictures whose results can't be written without a loss, each with the reason.

    A reason is that two pictures would become one file, that an input would be replaced, or that
    the file exists.

    Args:
        jobs: each input picture with the files that will be written for it.
        force: whether existing files may be replaced; an input never is.
    """
    origins: dict[Path, list[Path]] = defaultdict(list)
    for source, written in jobs:
        for path in written:
            origins[path].append(source)
    sources = {source.resolve() for source, _ in jobs}
    reasons: dict[Path, str] = {}
    for path, wanting in origins.items():
        if len(wanting) > 1:
            both = " and ".join(map(str, wanting[:2]))
            reason = f"{both} would both become {path}: rename one"
        elif path.resolve() in sources:
            reason = f"{path} would replace a picture that goes in: choose another -o"
        elif path.exists() and not force:
            reason = f"{path} is there already: add --force to replace it"
        else:
            continue
        for source in wanting:
            reasons.setdefault(source, reason)
    return reasons


def require_free(jobs: Iterable[tuple[Path, Sequence[Path]]], *, force: bool) -> None:
    """Refuse all pictures if one of them can't be written without a loss.

    Args:
        jobs: as `in_the_way` takes them.
        force: the same.

    Raises:
        UserError: the first reason.
    """
    for reason in in_the_way(list(jobs), force=force).values():
        raise UserError(reason)
