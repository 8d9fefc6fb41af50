"""The machines that runs were made on: times are comparable only on machines of one kind."""

import pandas as pd

from shoal.results.names import names
from shoal.results.study import Study

MACHINE = ["processor", "accelerator", "threads", "devices"]


def one_machine(study: Study) -> bool:
    """Whether all runs that learn were made on one kind of machine, so that times compare."""
    return len(_made_on(study)) < 2


def machines(study: Study) -> pd.Series:
    """The kind of machine that made each finished run, as text by run id."""
    runs = study.finished.drop_duplicates("id").fillna({"devices": 1}).set_index("id")
    known = runs[MACHINE].astype(object).where(runs[MACHINE].notna(), "unknown")
    kinds = [", ".join(map(str, row)) for row in known.itertuples(index=False)]
    return pd.Series(kinds, runs.index, dtype=object)


def several(study: Study) -> list[str]:
    """The note on runs from several kinds of machine; empty if there is only one."""
    kinds = _made_on(study)
    if len(kinds) < 2:
        return []
    groups = "; ".join(f"{kind} ({names(part)})" for kind, part in kinds)
    return [
        "seconds can't be compared, so no figure shows them, because runs were made on "
        f"{len(kinds)} kinds of machine: {groups}"
    ]


def _made_on(study: Study) -> list[tuple[str, pd.DataFrame]]:
    """The kinds of machine, and the runs that each made."""
    rows = study.finished[study.finished["seed"].notna()]
    kinds = rows["id"].map(machines(study))
    return [(str(kind), part) for kind, part in rows.groupby(kinds, sort=False)]
