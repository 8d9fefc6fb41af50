"""What a run goes on from: checkpoints, each of a step, and stages of a fit, each with a name."""

from pathlib import Path

from shoal.system.checksummed import last, last_whole, named

CHECKPOINT, STAGE = ".ckpt", ".safetensors"
STEP = f"step-{'[0-9]' * 9}"  # a pattern


def checkpoint_name(step: int, digest: str) -> str:
    """Of a checkpoint with these bytes: names sort as steps do."""
    return named(f"step-{step:09d}", digest, CHECKPOINT)


def checkpoints(folder: Path) -> list[Path]:
    """All checkpoints in a folder, the newest first."""
    return last(folder, STEP, CHECKPOINT)


def newest_checkpoint(folder: Path) -> Path | None:
    """The newest that is as it was written; says which ones are not, and deletes them."""
    return last_whole(folder, STEP, CHECKPOINT, "going on from the one before it")


def newest_step(folder: Path) -> int:
    """The step of the newest checkpoint, whole or not; 0 where there is none."""
    return max((int(path.stem.split("-")[1]) for path in checkpoints(folder)), default=0)


def stage_stem(name: str) -> str:
    """How the name of a stage's file begins."""
    return f"stage-{name}"


def is_resumable(folder: Path) -> bool:
    """Whether there is something to go on from."""
    return bool(checkpoints(folder) or last(folder, stage_stem("*"), STAGE))
