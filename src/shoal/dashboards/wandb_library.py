"""W&B imported: it reports to nobody, and brings nothing that no run of ours uses."""

import os
import sys
from typing import Any

from shoal.system.imports import uncollected

LAUNCH = "_detect_and_apply_job_inputs"  # a step of a beginning run


def library() -> Any:
    """The module `wandb`.

    For each run it would look for inputs of W&B Launch, where nothing has staged any, and ask
    pandas whether values are its own, which their types' names tell as well. Both import as much
    again as W&B itself.
    """
    # W&B reports its own failures to the server it failed to reach, and prints that this failed.
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    with uncollected():
        import wandb
    if "wandb.sdk.launch" not in sys.modules and hasattr(wandb.Run, LAUNCH):
        setattr(wandb.Run, LAUNCH, lambda run: None)
    wandb.util.pd_available = False
    return wandb
