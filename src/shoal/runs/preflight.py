"""Checks before a run's first step: pictures that can be scored, memory and disk space."""

import math
import shutil

from shoal.data.catalog import locate
from shoal.errors import UserError
from shoal.evaluation.scorable import require_scorable, require_whole
from shoal.pictures.images import size
from shoal.runs.environment import memory
from shoal.runs.kind import Kind
from shoal.runs.run import Run

# A checkpoint holds weights, their average and Adam's two moments. Two checkpoints are kept while a
# third is written.
CHECKPOINT_COPIES, CHECKPOINTS = 4, 3
BYTES = 4  # per parameter or pixel value
REST = 4 * 2**20  # bytes of log, curve, scores and samples


def require_fit_pictures(run: Run) -> None:
    """Make sure that all validation and test pictures can be read and scored.

    Training and validation pictures are decoded into a cache before the first step. Test pictures
    would otherwise be opened for the first time after the last step.

    Raises:
        UserError: one can't; the message names it.
    """
    config, budget = run.config, run.config.budget
    root, scale = config.paths.data, config.scale
    for pictures in run.selection.val:
        require_scorable(pictures, root, scale, budget.val_pictures)
    for pictures in run.selection.test:
        require_whole(pictures, root, config.paths.cache, budget.test_pictures)
        require_scorable(pictures, root, scale, budget.test_pictures)


def require_copies(run: Run) -> None:
    """Make sure that the smallest copies of training pictures are large enough to train on.

    Only the headers of the files are read, since decoding all pictures takes a minute.

    Raises:
        UserError: a copy is too small; the message names the picture and the factor.
    """
    config = run.config
    factor, scale = min(config.data.copies, default=1), config.scale
    least = config.budget.patch_size if config.kind is Kind.TRAINED else scale
    for pictures in run.selection.train if config.data.copies else ():
        for path in locate(pictures, config.paths.data):
            sides = [math.ceil(side * factor) // scale * scale for side in size(path)]
            if min(sides) < least:
                raise UserError(
                    f"data.copies has {factor:g}, of which {path} becomes {sides[0]} x {sides[1]}: "
                    f"{least} x {least} are needed, leave {factor:g} out"
                )


def require_memory(run: Run) -> None:
    """Make sure that a batch alone fits in this machine's memory.

    Raises:
        UserError: it doesn't.
    """
    budget = run.config.budget
    needed = BYTES * budget.batch_size * budget.patch_size**2 * run.config.channels
    if run.config.kind is Kind.TRAINED and needed > (there := memory()):
        raise UserError(
            f"budget.batch_size={budget.batch_size} takes {needed >> 30:,} GiB for one batch, and "
            f"there are {there >> 30}: take less"
        )


def require_room(run: Run, parameters: int) -> None:
    """Make sure that the disk has room for what a run writes.

    Args:
        run: the run to be made.
        parameters: the number of its network's parameters.

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
