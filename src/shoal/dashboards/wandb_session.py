"""Opening a run on Weights & Biases: online where that works, else offline; no prompt, no stall."""

import logging
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import wandb

from shoal.dashboards.reachable import reachable
from shoal.dashboards.wandb_library import library
from shoal.errors import first_line

log = logging.getLogger(__name__)

TARGET = "shoal.dashboards.wandb_logger.WandbRun"  # of a config's loggers, the one that means W&B
AXES = ("step", "seconds", "macs")
FLUSH_SECONDS = 1.0  # at W&B's own 15, a killed run would lose its last rows
LONGEST_TAG, LONGEST_ID = 64, 128  # what W&B takes
OFFLINE = ("offline", "dryrun")  # its modes of that meaning


@dataclass(frozen=True)
class Facts:
    """What W&B knows of a run before anything happens in it."""

    folder: Path
    id: str
    project: str
    group: str | None
    tags: tuple[str, ...]
    job_type: str = "train"

    @property
    def fitting_tags(self) -> list[str]:
        """The tags as W&B takes them: one that is too long would cost the whole run."""
        return list(dict.fromkeys(tag[:LONGEST_TAG] for tag in self.tags))

    @property
    def how_to_send(self) -> str:
        """The command that sends what is kept offline, all parts of an interrupted run."""
        return f"`wandb sync {shlex.quote(str(self.folder / 'wandb'))}/offline-run-*`"


@dataclass(frozen=True)
class Patience:
    """How many seconds the server may take."""

    answer_within: float
    finish_within: float


def open_session(facts: Facts, patience: Patience) -> "wandb.Run":
    """Begin a W&B run, or continue the one of the same id; offline where online fails.

    Where it is offline, one line says so, why, and how it is sent later.

    Raises:
        Exception: Whatever W&B raises when not even an offline run can be begun.
    """
    wandb = library()
    mode = _silent(patience).mode
    if mode not in ("online", *OFFLINE):
        return _begin(facts)  # disabled, say
    why = f"WANDB_MODE={mode}" if mode in OFFLINE else "no API key here, see `wandb login`"
    try:
        if mode == "online" and _can_go_online():
            return _begin(facts, wandb.Settings(init_timeout=patience.answer_within))
        print(f"W&B: offline ({why}); {facts.how_to_send} sends it", flush=True)
    except Exception as error:  # the server's, the key's, the network's: all mean offline
        words = "W&B: %s; %s is kept offline: %s sends it"
        log.warning(words, first_line(error), facts.id, facts.how_to_send)
        wandb.teardown()  # W&B's process still holds the id of the run that failed to begin
        _silent(patience)
    return _begin(facts, wandb.Settings(mode="offline"))


def _silent(patience: Patience) -> "wandb.Settings":
    """W&B's settings, of the environment and of its files, without a word and with limits."""
    import wandb

    limits = wandb.Settings(
        silent=True,
        console="off",
        finish_timeout=patience.finish_within,
        finish_timeout_raises=True,
        x_transaction_log_flush_interval=FLUSH_SECONDS,
    )
    return wandb.setup(limits).settings


def _can_go_online() -> bool:
    """Whether there is an API key and a server that takes connections.

    Without a key, offline is simply how W&B is used, and nothing is said, unless the user asked
    for online by name.

    Raises:
        ConnectionError: If the server can't be reached, or the key is missing that was called for.
        Exception: Whatever W&B raises at a key it finds malformed.
    """
    import wandb

    if not wandb.login(prompt=False, verify=False):
        if os.environ.get("WANDB_MODE") == "online":
            raise ConnectionError("WANDB_MODE=online needs an API key, see `wandb login`")
        return False
    url = wandb.setup().settings.base_url
    if not reachable(url):
        raise ConnectionError(f"no connection to {url}")
    return True


def _begin(facts: Facts, settings: "wandb.Settings | None" = None) -> "wandb.Run":
    import wandb

    run = wandb.init(
        project=facts.project,
        group=facts.group,
        name=facts.folder.name,
        id=facts.id,
        tags=facts.fitting_tags,
        job_type=facts.job_type,
        dir=facts.folder,
        resume="allow",  # online, the parts of an interrupted run are one run
        reinit="create_new",  # never somebody else's run of the same process
        settings=settings,
    )
    for axis in AXES:
        run.define_metric(axis)
    run.define_metric("*", step_metric=AXES[0])
    return run
