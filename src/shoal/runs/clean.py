"""Run folders that are of no more use: neither finished, nor resumable, nor worked on."""

import shutil
from pathlib import Path

from shoal.errors import UserError
from shoal.runs.folder import RunFolder


def useless(runs: Path) -> list[tuple[RunFolder, str]]:
    """The folders that `clean` would remove, with the reason.

    A finished run is kept, and so is a diverged one (an outcome), one with a checkpoint or
    a stage to go on from, one that a process works on, and a folder that is no run's.

    Raises:
        UserError: there is no such folder.
    """
    if not runs.is_dir():
        raise UserError(f"{runs} is not a folder of runs: name one with --runs DIR")
    found: list[tuple[RunFolder, str]] = []
    for path in sorted(runs.iterdir()):
        folder = RunFolder(path)
        is_run = (path / "lock").is_file() and not path.name.startswith(".")
        if not is_run or folder.finished or folder.status().get("state") == "diverged":
            continue
        if folder.resumable:
            continue
        try:
            with folder.locked():
                reason = folder.status().get("reason")
        except UserError:
            continue
        found.append((folder, reason or "stopped before its first checkpoint"))
    return found


def remove(folder: RunFolder) -> None:
    """Delete a run's folder, unless a process has begun to work on it.

    Raises:
        UserError: one has.
    """
    with folder.locked():
        shutil.rmtree(folder.path)
