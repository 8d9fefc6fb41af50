"""Starts a run on Weights & Biases: online if possible, else offline, without prompts or stalls."""

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

TARGET = "shoal.dashboards.wandb_logger.WandbRun"  # the `_target_` of W&B in a config's loggers
AXES = ("step", "seconds", "macs")
FLUSH_SECONDS = 1.0  # with W&B's default of 15, a killed run would lose its last rows
LONGEST_TAG, LONGEST_ID = 64, 128  # characters: W&B's limits
OFFLINE = ("offline", "dryrun")  # the modes of W&B that mean offline


@dataclass(frozen=True)
class Facts:
    """The properties with which a W&B run starts."""

    folder: Path
    id: str
    project: str
    group: str | None
    tags: tuple[str, ...]
    job_type: str = "train"

    @property
    def fitting_tags(self) -> list[str]:
        """The tags, cut to the length that W&B accepts; a longer one would fail the whole run."""
        return list(dict.fromkeys(tag[:LONGEST_TAG] for tag in self.tags))

    @property
    def how_to_send(self) -> str:
        """The command that uploads the offline data of all parts of the run."""
        return f"`wandb sync {shlex.quote(str(self.folder / 'wandb'))}/offline-run-*`"


@dataclass(frozen=True)
class Patience:
    """How many seconds the server may take to accept a run, and for its last upload."""

    answer_within: float
    finish_within: float


def open_session(facts: Facts, patience: Patience) -> "wandb.Run":
    """Start a W&B run, or resume the one with the same id; offline if it can't be online.

    If it is offline, a line says so, with the reason and the command that uploads it later.

    Raises:
        Exception: Whatever W&B raises if not even an offline run can be started.
    """
    wandb = library()
    mode = _silent(patience).mode
    if mode not in ("online", *OFFLINE):
        return _begin(facts)  # e.g. disabled
    why = f"WANDB_MODE={mode}" if mode in OFFLINE else "no API key here, see `wandb login`"
    try:
        if mode == "online" and _can_go_online():
            return _begin(facts, wandb.Settings(init_timeout=patience.answer_within))
        print(f"W&B: offline ({why}); {facts.how_to_send} sends it", flush=True)
    except Exception as error:  # of the server, the key or the network: all mean offline
        words = "W&B: %s; %s is kept offline: %s sends it"
        log.warning(words, first_line(error), facts.id, facts.how_to_send)
        wandb.teardown()  # W&B's process still holds the id of the run that failed to start
        _silent(patience)
    return _begin(facts, wandb.Settings(mode="offline"))


def _silent(patience: Patience) -> "wandb.Settings":
    """W&B's settings from the environment and its files, made silent and with time limits."""
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
    """Whether there is an API key and the server can be reached.

    A missing key is no error, unless the user asked for `WANDB_MODE=online`.

    Raises:
        ConnectionError: If the server can't be reached, or a required key is missing.
        Exception: Whatever W&B raises for a malformed key.
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
        resume="allow",  # online, the parts of an interrupted run become one run
        reinit="create_new",  # don't touch another W&B run of the same process
        settings=settings,
    )
    for axis in AXES:
        run.define_metric(axis)
    run.define_metric("*", step_metric=AXES[0])
    return run
