"""The machines that runs were made on: seconds can be compared where they are of one kind."""

from typing import Any

import pandas as pd

from shoal.results.names import names
from shoal.results.study import Study

MACHINE = ["processor", "accelerator", "threads", "devices"]


def one_machine(study: Study) -> bool:
    """Whether machines of one kind made all runs that learn: else seconds can't be compared."""
    return len(_made_on(study)) < 2


def several(study: Study) -> list[str]:
    """What is said of several kinds."""
    if one_machine(study):
        return []
    kinds = _made_on(study)
    groups = "; ".join(f"{', '.join(map(str, kind))} ({names(part)})" for kind, part in kinds)
    return [
        "seconds can't be compared, and no figure is drawn against them: runs were made on "
        f"{len(kinds)} kinds of machine: {groups}"
    ]


def _made_on(study: Study) -> list[tuple[tuple[Any, ...], pd.DataFrame]]:
    """The kinds of machine, and the runs that each made."""
    rows = study.finished[study.finished["seed"].notna()]
    by = rows.fillna({"devices": 1}).groupby(MACHINE, sort=False, dropna=False)
    return [(tuple(kind), part) for kind, part in by]
