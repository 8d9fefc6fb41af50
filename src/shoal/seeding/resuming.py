"""An experiment that adds seeds goes on: what an earlier grid planned and looked at counts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.grid.plan import Plan
from shoal.results import grids
from shoal.system import harmless


def take_up(plan: Plan) -> None:
    """Go on from an earlier grid of the question: its seeds are planned, and its looks count.

    The grid may have been narrower: looks at the arms that both have are looks all the same.
    """
    before = _before(plan)
    for row in before.get("runs", []):
        if row["arm"] in plan.experiment.arms and row["seed"] is not None:
            plan.add(row["arm"], row["seed"])
    ids = {run.folder.id for _, run in plan.runs}
    looks = [
        {"most": look["most"], "runs": [name for name in look["runs"] if name in ids]}
        for look in before.get("looks", [])
    ]
    plan.looks = [look for look in looks if look["runs"]]


def _before(plan: Plan) -> Mapping[str, Any]:
    """The plan of that name that was written last, if it looked at runs of this one."""
    ids = {run.folder.id for _, run in plan.runs if run.config.kind.learns}
    others = reversed(grids(plan.path.parents[1], plan.experiment.name))
    for path in dict.fromkeys([plan.path, *others]):
        found = _read(path)
        if any(ids & set(look["runs"]) for look in found.get("looks", [])):
            return found
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = harmless.from_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found
