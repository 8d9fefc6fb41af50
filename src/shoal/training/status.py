"""What is kept of a run while it works: its console, its status, its dashboards."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from typing import Any, TextIO

from hydra.utils import instantiate
from lightning.pytorch.loggers import Logger
from omegaconf import DictConfig, OmegaConf

from shoal.dashboards.base import dashboards
from shoal.errors import UserError, first_line
from shoal.runs.folder import RunFolder
from shoal.system.files import UNWRITABLE
from shoal.training.module import Diverged


@contextlib.contextmanager
def watched(cfg: DictConfig, folder: RunFolder, attempt: str) -> Iterator[list[Logger]]:
    """The config's loggers, closed with how the run ended."""
    entries = (cfg.logger or {}).values()
    loggers = [instantiate(entry, folder=folder.path, attempt=attempt) for entry in entries]
    for dashboard in dashboards(loggers):
        dashboard.log_config(OmegaConf.to_container(cfg, resolve=True))  # type: ignore[arg-type]
    exit_code = 1
    try:
        yield loggers
        exit_code = 0
    finally:
        for dashboard in dashboards(loggers):
            dashboard.close(exit_code)


@contextlib.contextmanager
def reported(folder: RunFolder) -> Iterator[None]:
    """Keep the console in `log.txt`, and let the status say how the run ended."""
    with (folder.path / "log.txt").open("a") as log:
        try:
            with contextlib.redirect_stdout(_Tee(sys.stdout, log)):
                yield
        except Diverged as error:
            folder.set_status("diverged", reason=str(error), step=error.step)
            raise
        except BaseException as error:
            with contextlib.suppress(OSError):  # the disk may be what has failed
                if folder.finished:
                    folder.set_status("finished")
                else:
                    folder.set_status("failed", reason=first_line(error))
                traceback.print_exc(file=log)
            if isinstance(error, OSError) and error.errno in UNWRITABLE:
                words = f"{folder.path} can't be written ({error.strerror})"
                raise UserError(f"{words}: mend that, and the same command goes on") from None
            raise


class _Tee:
    """Writes to two streams; answers all else as the first."""

    def __init__(self, first: TextIO, second: TextIO) -> None:
        self.first, self.second = first, second

    def write(self, text: str) -> int:
        self.second.write(text)
        return self.first.write(text)

    def flush(self) -> None:
        self.first.flush()
        self.second.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.first, name)
