"""Imports W&B without its error reporting, and without imports that Shoal doesn't use."""

import os
import sys
from typing import Any

from shoal.system.imports import uncollected

LAUNCH = "_detect_and_apply_job_inputs"  # a step in the start of a W&B run


def library() -> Any:
    """The module `wandb`, with two features turned off that double its import time.

    At the start of each run it would look for inputs of W&B Launch, of which there are none here.
    It would also import pandas to recognise its types, which it can do by their names as well.
    """
    # Otherwise W&B reports its failures to a server that it can't reach, and prints that, too.
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    with uncollected():
        import wandb
    if "wandb.sdk.launch" not in sys.modules and hasattr(wandb.Run, LAUNCH):
        setattr(wandb.Run, LAUNCH, lambda run: None)
    wandb.util.pd_available = False
    return wandb
