"""Downloading picture sets, file by file.

A file gets its name only once its SHA-256 is the catalogue's, and what is there and right is left
alone: after a cut, the same command goes on.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from shoal.data.catalog import picture_set
from shoal.data.mirrors import DEFAULT_MIRRORS, MirrorError, Mirrors
from shoal.data.sets import PictureFile, sha256
from shoal.errors import UserError

THREADS = 8
Advance = Callable[[int, int], None]


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


def fetch(
    names: Iterable[str],
    root: Path,
    mirrors: Sequence[str] = DEFAULT_MIRRORS,
    advance: Advance = lambda done, total: None,
) -> Outcome:
    """Download the files of picture sets that are not yet under `root`.

    Args:
        names: of sets; those that need no download add nothing.
        root: the folder that gets one folder per set.
        mirrors: URL templates with `{repository}`, `{commit}` and `{path}`, asked in this order.
        advance: is told how many files of how many are done.

    Returns:
        What was done. A file that failed does not keep the others from being fetched.

    Raises:
        UserError: an unknown set, a mirror that is no http(s) address, a root that cannot be
            written.
    """
    wanted = [file for name in names for file in picture_set(name).files if file.source]
    targets = {target(file, root): file for file in wanted}
    supply = Mirrors(mirrors)
    outcome = Outcome()
    pool = ThreadPoolExecutor(THREADS)
    try:
        jobs = {pool.submit(_fetch, file, path, supply): file for path, file in targets.items()}
        advance(0, len(jobs))
        for done, job in enumerate(as_completed(jobs), start=1):
            _note(job, jobs[job], outcome)
            advance(done, len(jobs))
    except OSError as error:
        raise UserError(f"{error.filename or root} cannot be written: {error.strerror}") from None
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C waits for the files under way, not for all
    return outcome


def target(file: PictureFile, root: Path) -> Path:
    """The file's place: `root/folder/name`, and nowhere else whatever the names hold.

    Raises:
        UserError: folder or name is not a plain name.
    """
    for part in (str(file.folder), file.name):
        if part in {"", ".", ".."} or "/" in part or "\\" in part:
            raise UserError(f"{part!r} is not a plain name; nothing is written outside {root}")
    return file.under(root)


def _fetch(file: PictureFile, path: Path, mirrors: Mirrors) -> str:
    """Get one file if need be; the name of the list in `Outcome` that it belongs to."""
    there = path.is_file()
    if there and sha256(path) == file.sha256:
        return "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetching-") as folder:
        mirrors.download(file, Path(folder, file.name))
        Path(folder, file.name).replace(path)
    return "replaced" if there else "fetched"


def _note(job: "Future[str]", file: PictureFile, outcome: Outcome) -> None:
    label = f"{file.folder.name}/{file.name}"
    try:
        getattr(outcome, job.result()).append(label)
    except MirrorError as error:
        outcome.failed[label] = str(error)
