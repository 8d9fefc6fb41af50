"""Where the plans of grids are kept: `runs/.experiments/<experiment>-<digest>.json`."""

from pathlib import Path

FOLDER = ".experiments"


def plan_path(runs: Path, experiment: str, digest: str) -> Path:
    """Return the path of a grid's plan.

    Args:
        runs: the folder of its runs.
        experiment: the experiment's name.
        digest: the grid's, eight hex digits.
    """
    return runs / FOLDER / f"{experiment}-{digest}.json"


def parted(plan: Path) -> tuple[str, str]:
    """Split the name of a plan's file into the experiment and the digest.

    >>> parted(Path("runs/.experiments/fast-design-0a1b2c3d.json"))
    ('fast-design', '0a1b2c3d')
    """
    experiment, _, digest = plan.stem.rpartition("-")
    return experiment, digest
