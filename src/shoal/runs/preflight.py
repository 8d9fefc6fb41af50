"""What a run will need, looked at before its first step: pictures that can be scored, and room."""

import math
import shutil

from shoal.errors import UserError
from shoal.evaluation.scorable import require_scorable, require_whole
from shoal.runs.run import Run

# A checkpoint holds weights, their average and Adam's two moments; two are kept, one is written.
CHECKPOINT_COPIES, CHECKPOINTS = 4, 3
BYTES = 4  # of a parameter
REST = 4 * 2**20  # log, curve, scores, samples


def require_fit_pictures(run: Run) -> None:
    """Make sure that all pictures a run is measured by can be read and scored.

    Training and validation pictures are decoded when their cache is made, before any step; test
    pictures would be opened for the first time after the last one.

    Raises:
        UserError: one can't; it is named.
    """
    config, budget = run.config, run.config.budget
    root, scale = config.paths.data, config.scale
    for pictures in run.selection.val:
        require_scorable(pictures, root, scale, budget.val_pictures)
    for pictures in run.selection.test:
        require_whole(pictures, root, config.paths.cache, budget.test_pictures)
        require_scorable(pictures, root, scale, budget.test_pictures)


def require_room(run: Run, parameters: int) -> None:
    """Make sure that the disk of the runs has room for what a run writes.

    Args:
        run: to be made.
        parameters: of its network.

    Raises:
        UserError: it hasn't; the message has both sizes.
    """
    folder = run.config.paths.runs
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    needed = REST + BYTES * parameters * (1 + CHECKPOINT_COPIES * CHECKPOINTS)
    free = shutil.disk_usage(there).free
    if free < needed:
        raise UserError(
            f"paths.runs={folder}: {free // 2**20} MiB are free, and a run of {run.config.name} "
            f"writes up to {math.ceil(needed / 2**20)} MiB: make room, or take another folder"
        )
