"""Run folders of no further use: neither finished, nor resumable, nor being worked on."""

import shutil
from pathlib import Path

from shoal.errors import UserError
from shoal.runs.folder import RunFolder


def useless(runs: Path) -> list[tuple[RunFolder, str]]:
    """List the folders that `clean` would delete, each with the reason.

    It keeps finished and diverged runs (both are outcomes), runs that can resume from a checkpoint
    or a stage, runs that a process is working on, links, and folders that hold no run.

    Raises:
        UserError: `runs` is not a folder.
    """
    if not runs.is_dir():
        raise UserError(f"{runs} is not a folder of runs: name one with --runs DIR")
    found: list[tuple[RunFolder, str]] = []
    for path in sorted(runs.iterdir()):
        folder = RunFolder(path)
        if not _is_useless(folder):
            continue
        try:
            with folder.locked():
                reason = folder.status().get("reason")
        except UserError:  # a process works on it
            continue
        found.append((folder, reason or "stopped before its first checkpoint"))
    return found


def _is_useless(folder: RunFolder) -> bool:
    path = folder.path
    is_run = folder.lock.is_file() and not path.name.startswith(".") and not path.is_symlink()
    diverged = folder.status().get("state") == "diverged"
    return is_run and not (folder.finished or diverged or folder.resumable)


def remove(folder: RunFolder) -> None:
    """Delete a folder that `useless` has listed.

    Raises:
        UserError: since then, a process has begun to work on the run, or has got somewhere.
    """
    with folder.locked():
        if not _is_useless(folder):
            raise UserError(f"{folder.id} has been worked on since: kept")
        shutil.rmtree(folder.path)
