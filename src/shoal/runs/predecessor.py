"""Finds the finished run that differs from a new one only in the user's own code."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shoal.errors import UserError
from shoal.runs import config_file
from shoal.runs.config import RunConfig
from shoal.runs.damage import DAMAGE
from shoal.runs.folder import RunFolder
from shoal.runs.identity import Content, run_id
from shoal.runs.run import Run
from shoal.system.code import changed


def changed_since_last(run: Run) -> str:
    """Return a line if a run is new only because code has changed, with the run before; else ""."""
    if not run.content.code or run.folder.path.exists():
        return ""
    before = max(_same_but_code(run), key=lambda found: str(found["finished_at"]), default=None)
    if before is None:
        return ""
    return f"{changed(before['code'], run.content.code)} since {before['id']}: a new run"


def _same_but_code(run: Run) -> Iterator[Mapping[str, Any]]:
    """Yield the records of finished runs that differ in the code alone."""
    config = run.config
    for path in config.paths.runs.glob(f"{config.name}-x{config.scale}-*/record.json"):
        with contextlib.suppress(UserError, *DAMAGE):  # a damaged run is passed over
            folder = RunFolder(path.parent)
            record = folder.record()
            if record.get("code") and _named(folder, record, run) == run.folder.id:
                yield record


def _named(folder: RunFolder, record: Mapping[str, Any], run: Run) -> str:
    """Return the id that another run would have with today's code."""
    content = replace(Content.recorded(record), code=run.content.code)
    return run_id(RunConfig.of(config_file.tree(folder.path)), content)
