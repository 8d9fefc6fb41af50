"""Where the plans of grids lie: `runs/.experiments/<experiment>-<digest>.json`."""

from pathlib import Path

FOLDER = ".experiments"


def plan_path(runs: Path, experiment: str, digest: str) -> Path:
    """The file of a grid's plan.

    Args:
        runs: the folder of its runs.
        experiment: its name.
        digest: eight hex digits.
    """
    return runs / FOLDER / f"{experiment}-{digest}.json"


def parted(plan: Path) -> tuple[str, str]:
    """The experiment and the digest that a plan's file is named by.

    >>> parted(Path("runs/.experiments/fast-design-0a1b2c3d.json"))
    ('fast-design', '0a1b2c3d')
    """
    experiment, _, digest = plan.stem.rpartition("-")
    return experiment, digest
