"""The finished run that a new one would be, had the user's own code not changed since."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from shoal.errors import UserError
from shoal.runs import config_file
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.identity import Content, run_id
from shoal.runs.run import Run
from shoal.system.code import changed

# What reading another run's files can raise: it then says nothing.
DAMAGE = (UserError, OSError, ValueError, LookupError, TypeError, YAMLError, OmegaConfBaseException)


def changed_since_last(run: Run) -> str:
    """That a run is new only because code has changed, and since which run; "" where it isn't."""
    if not run.content.code or run.folder.path.exists():
        return ""
    before = max(_same_but_code(run), key=lambda found: str(found["finished_at"]), default=None)
    if before is None:
        return ""
    return f"{changed(before['code'], run.content.code)} since {before['id']}: a new run"


def _same_but_code(run: Run) -> Iterator[Mapping[str, Any]]:
    """The records of the finished runs that differ in the code alone."""
    config = run.config
    for path in config.paths.runs.glob(f"{config.name}-x{config.scale}-*/record.json"):
        with contextlib.suppress(*DAMAGE):
            folder = RunFolder(path.parent)
            record = folder.record()
            if record.get("code") and _named(folder, record, run) == run.folder.id:
                yield record


def _named(folder: RunFolder, record: Mapping[str, Any], run: Run) -> str:
    """What another run would be called if it were made of today's code."""
    content = replace(Content.recorded(record), code=run.content.code)
    return run_id(RunConfig.of(config_file.tree(folder.path)), content)
