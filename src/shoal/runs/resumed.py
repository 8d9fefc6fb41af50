"""The files that a run resumes from: checkpoints of steps, and named stages of a fit."""

from pathlib import Path

from shoal.system.checksummed import last, last_whole, named

CHECKPOINT, STAGE = ".ckpt", ".safetensors"
STEP = f"step-{'[0-9]' * 9}"  # a glob pattern


def checkpoint_name(step: int, digest: str) -> str:
    """Return the name of a checkpoint; names sort in the order of their steps."""
    return named(f"step-{step:09d}", digest, CHECKPOINT)


def checkpoints(folder: Path) -> list[Path]:
    """Return all checkpoints in a folder, the newest first."""
    return last(folder, STEP, CHECKPOINT)


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest intact checkpoint; damaged ones are named and deleted."""
    return last_whole(folder, STEP, CHECKPOINT, "resuming from the one before it")


def newest_step(folder: Path) -> int:
    """Return the step of the newest checkpoint, intact or not; 0 if there is none."""
    return max((int(path.stem.split("-")[1]) for path in checkpoints(folder)), default=0)


def stage_stem(name: str) -> str:
    """Return the beginning of the name of a stage's file."""
    return f"stage-{name}"


def is_resumable(folder: Path) -> bool:
    """Whether a folder has a checkpoint or a stage to resume from."""
    return bool(checkpoints(folder) or last(folder, stage_stem("*"), STAGE))
