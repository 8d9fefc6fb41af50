"""The runs of a grid that asks no experiment's question, as a study: which of them collapsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shoal.results import Study, collapsed
from shoal.results.issued import study_of
from shoal.results.study import KEY
from shoal.runs.plans import plan_path
from shoal.runs.run import Run

FACTS = ("experiment", "question", "command", "folder", "data", "budget", "precision", "protocol")
MEASURED_BY = "data_digests/val"  # pictures by which levels can be compared


@dataclass(frozen=True)
class Member:
    """A run of the grid, and the label of its row."""

    arm: str
    run: Run

    @property
    def row(self) -> tuple[str, int, str]:
        """Runs of one row differ in nothing but the seed."""
        config = self.run.config
        return self.arm, config.scale, config.protocol


def study_of_members(members: Sequence[Member], thresholds: Mapping[str, float]) -> Study:
    """The rows that a grid's runs left.

    Args:
        members: of one folder of runs.
        thresholds: by which one has collapsed; of `shoal.results.Thresholds`.
    """
    rows = [
        (each.arm, each.run.config.scale, each.run.config.seed, each.run.folder.id)
        for each in members
    ]
    return study_of_runs(members[0].run.folder.path.parent, rows, thresholds)


def study_of_runs(
    runs: Path, rows: Sequence[tuple[str, int, int | None, str]], thresholds: Mapping[str, float]
) -> Study:
    """A study whose plan says no more than which runs there are.

    Args:
        runs: their folder.
        rows: arm, scale, seed and id of each.
        thresholds: as above; those that are not given are as usual.
    """
    plan = dict.fromkeys(FACTS, "") | {
        "arms": [{"label": arm, "factor": {}} for arm in dict.fromkeys(row[0] for row in rows)],
        "runs": [dict(zip((*KEY, "id"), row, strict=True)) for row in rows],
        "scales": sorted({scale for _, scale, _, _ in rows}),
        "seeds": sorted({seed for _, _, seed, _ in rows if seed is not None}),
        "collapse": dict(thresholds),
    }
    return study_of(plan, plan_path(runs, "joint", "00000000"))


def lost(study: Study) -> dict[str, str]:
    """Why each run that collapsed did, by its id.

    A grid may turn the pictures too: a run is held against the run that trains nothing whose curve
    is of the same pictures.
    """
    by = study.runs.reindex(columns=[MEASURED_BY])[MEASURED_BY]
    parts = study.runs.groupby(by, dropna=False, sort=False)
    return {
        str(name): str(why)
        for _, runs in parts
        for name, why in collapsed(replace(study, runs=runs)).items()
    }
