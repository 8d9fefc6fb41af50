"""Runs of no experiment as a study, to find out which of them collapsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shoal.results import Study, collapsed
from shoal.results.issued import study_of
from shoal.results.study import KEY
from shoal.runs.plans import plan_path
from shoal.runs.run import Run

FACTS = ("experiment", "question", "command", "folder", "data", "budget", "precision", "protocol")
MEASURED_BY = "data_digests/val"  # validation PSNR is only comparable on the same pictures


@dataclass(frozen=True)
class Member:
    """A run of the grid and the label of its arm."""

    arm: str
    run: Run

    @property
    def row(self) -> tuple[str, int, str]:
        """The row of the table: arm, scale and protocol; its runs only differ in the seed."""
        config = self.run.config
        return self.arm, config.scale, config.protocol


def study_of_members(members: Sequence[Member], thresholds: Mapping[str, float]) -> Study:
    """A grid's runs as a study.

    Args:
        members: runs of one folder.
        thresholds: fields of `shoal.results.Thresholds`, which decide what collapsed.
    """
    rows = [
        (each.arm, each.run.config.scale, each.run.config.seed, each.run.folder.id)
        for each in members
    ]
    return study_of_runs(members[0].run.folder.path.parent, rows, thresholds)


def study_of_runs(
    runs: Path, rows: Sequence[tuple[str, int, int | None, str]], thresholds: Mapping[str, float]
) -> Study:
    """A study whose plan only lists its runs.

    Args:
        runs: the folder of the runs.
        rows: arm, scale, seed and id of each run.
        thresholds: as for `study_of_members`; missing ones have their defaults.
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
    """The reason why each collapsed run collapsed, by run id.

    A grid may vary the data, too: a run is compared with the untrained run that was validated on
    the same pictures.
    """
    by = study.runs.reindex(columns=[MEASURED_BY])[MEASURED_BY]
    parts = study.runs.groupby(by, dropna=False, sort=False)
    return {
        str(name): str(why)
        for _, runs in parts
        for name, why in collapsed(replace(study, runs=runs)).items()
    }
