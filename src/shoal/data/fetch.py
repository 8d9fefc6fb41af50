"""Downloading picture sets, file by file or in the archives that hold them.

A file gets its name only after its SHA-256 has been checked, and files that are already right are
left alone, so that the same command continues after an interruption.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from shoal.data import archives
from shoal.data.catalog import picture_set
from shoal.data.mirrors import DEFAULT_MIRRORS, MirrorError, Mirrors
from shoal.data.outcome import Advance, Outcome
from shoal.data.sets import PictureFile
from shoal.data.sources import Archive, Member, Source
from shoal.errors import UserError
from shoal.system.files import sha256

THREADS = 8


def fetch(
    names: Iterable[str],
    root: Path,
    mirrors: Sequence[str] = DEFAULT_MIRRORS,
    advance: Advance = lambda what, done, total: None,
) -> Outcome:
    """Download the files of picture sets that are not yet under `root`.

    Args:
        names: of sets; those that need no download are skipped.
        root: the folder that gets one folder per set.
        mirrors: URL templates with `{repository}`, `{commit}` and `{path}`, asked in this order.
        advance: told how many pictures, or how many MiB of an archive, are done.

    Returns:
        What was done. Files that failed don't prevent the others from being fetched.

    Raises:
        UserError: a set is unknown, a mirror is no http(s) address, or a file can't be written.
    """
    files = [file for name in names for file in picture_set(name).files if file.source]
    targets = {target(file, root): file for file in files}
    single = {path: file for path, file in targets.items() if isinstance(file.source, Source)}
    supply, outcome = Mirrors(mirrors), Outcome()
    try:
        if single:
            _fetch_all(single, supply, outcome, advance)
        for archive, members in _by_archive(targets).items():
            archives.fetch(archive, members, root, outcome, advance)
    except OSError as error:
        raise UserError(f"{error.filename or root} cannot be written: {error.strerror}") from None
    return outcome


def target(file: PictureFile, root: Path) -> Path:
    """The path `root/folder/name` of a file, never one outside of `root`.

    Raises:
        UserError: folder or name is not a plain name.
    """
    for part in (str(file.folder), file.name):
        if part in {"", ".", ".."} or "/" in part or "\\" in part:
            raise UserError(f"{part!r} is not a plain name; nothing is written outside {root}")
    return file.under(root)


def _fetch_all(
    targets: Mapping[Path, PictureFile], mirrors: Mirrors, outcome: Outcome, advance: Advance
) -> None:
    pool = ThreadPoolExecutor(THREADS)
    try:
        jobs = {pool.submit(_fetch, file, path, mirrors): file for path, file in targets.items()}
        advance("pictures", 0, len(jobs))
        for done, job in enumerate(as_completed(jobs), start=1):
            _note(job, jobs[job], outcome)
            advance("pictures", done, len(jobs))
    finally:
        pool.shutdown(cancel_futures=True)  # so that Ctrl-C waits only for files under way


def _fetch(file: PictureFile, path: Path, mirrors: Mirrors) -> str:
    """Fetch one file if necessary; returns the list of `Outcome` that it belongs to."""
    there = path.is_file()
    if there and sha256(path) == file.sha256:
        return "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetching-") as folder:
        mirrors.download(file, Path(folder, file.name))
        Path(folder, file.name).replace(path)
    return "replaced" if there else "fetched"


def _note(job: "Future[str]", file: PictureFile, outcome: Outcome) -> None:
    try:
        outcome.add(job.result(), file)
    except MirrorError as error:
        outcome.fail(file, error)


def _by_archive(targets: Mapping[Path, PictureFile]) -> dict[Archive, dict[Path, PictureFile]]:
    packed: dict[Archive, dict[Path, PictureFile]] = {}
    for path, file in targets.items():
        if isinstance(file.source, Member):
            packed.setdefault(file.source.archive, {})[path] = file
    return packed
