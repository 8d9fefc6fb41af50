"""The machines that runs were made on: times are comparable only on machines of one kind."""

from typing import Any

import pandas as pd

from shoal.results.names import names
from shoal.results.study import Study

MACHINE = ["processor", "accelerator", "threads", "devices"]


def one_machine(study: Study) -> bool:
    """Whether all runs that learn were made on one kind of machine, so that times compare."""
    return len(_made_on(study)) < 2


def machines(study: Study) -> pd.Series:
    """The kind of machine that made each finished run, as text by run id."""
    runs = study.finished.fillna({"devices": 1}).set_index("id")
    return runs[MACHINE].astype(str).agg(", ".join, axis=1)


def several(study: Study) -> list[str]:
    """The note on runs from several kinds of machine; empty if there is only one."""
    if one_machine(study):
        return []
    kinds = _made_on(study)
    groups = "; ".join(f"{', '.join(map(str, kind))} ({names(part)})" for kind, part in kinds)
    return [
        "seconds can't be compared, so no figure shows them, because runs were made on "
        f"{len(kinds)} kinds of machine: {groups}"
    ]


def _made_on(study: Study) -> list[tuple[tuple[Any, ...], pd.DataFrame]]:
    """The kinds of machine, and the runs that each made."""
    rows = study.finished[study.finished["seed"].notna()]
    by = rows.fillna({"devices": 1}).groupby(MACHINE, sort=False, dropna=False)
    return [(tuple(kind), part) for kind, part in by]
