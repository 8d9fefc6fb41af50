"""Resumes an experiment that adds seeds: an earlier grid's seeds and looks count."""

from dataclasses import dataclass, field
from pathlib import Path

from shoal.grid.plan import Plan
from shoal.results import grids
from shoal.system import harmless


@dataclass(frozen=True)
class _Earlier:
    """What an earlier plan's file says; nothing where it is absent or damaged.

    Attributes:
        seeds: the arm and the seed of each of its runs that has a seed.
        looks: of each look, the most seeds that it allowed for and the ids of its new runs.
    """

    seeds: list[tuple[str, int]] = field(default_factory=list)
    looks: list[tuple[int, list[str]]] = field(default_factory=list)


def take_up(plan: Plan) -> None:
    """Add the seeds of an earlier grid of the same experiment to a plan, and take over its looks.

    The earlier grid may have had fewer arms; its looks at the shared arms count all the same.
    """
    before = _before(plan)
    for arm, seed in before.seeds:
        if arm in plan.experiment.arms:
            plan.add(arm, seed)
    ids = {run.folder.id for _, run in plan.runs}
    looks = [
        {"most": most, "runs": [name for name in names if name in ids]}
        for most, names in before.looks
    ]
    plan.looks = [look for look in looks if look["runs"]]


def _before(plan: Plan) -> _Earlier:
    """Find the newest plan of the experiment that has looked at runs of this plan."""
    ids = {run.folder.id for _, run in plan.runs if run.config.kind.learns}
    others = reversed(grids(plan.path.parents[1], plan.experiment.name))
    for path in dict.fromkeys([plan.path, *others]):
        found = _read(path)
        if any(ids.intersection(names) for _, names in found.looks):
            return found
    return _Earlier()


def _read(path: Path) -> _Earlier:
    try:
        found = harmless.from_json(path.read_bytes())
        seeds = [(str(row["arm"]), row["seed"]) for row in found["runs"]]
        looks = [(look["most"], list(map(str, look["runs"]))) for look in found.get("looks", [])]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return _Earlier()
    return _Earlier([each for each in seeds if isinstance(each[1], int)], looks)
