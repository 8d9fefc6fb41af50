"""Rows that no average may mix in: from an older results version, or older code of the user's."""

import pandas as pd

from shoal.system.code import changed

OUTDATED = "outdated"  # the state of a finished run that is left out
CODE = "code/"


def leave_out(runs: pd.DataFrame) -> pd.DataFrame:
    """Mark the finished runs that were made by an older results version or by older code.

    Args:
        runs: rows of a study. For each of the user's own modules, the run that finished last
            determines the current code.

    Returns:
        the same rows, with `state` outdated and a `reason` for each older run.
    """
    reasons = _reasons(runs[runs["state"] == "finished"])
    runs = runs.astype({"state": object, "reason": object})
    runs.loc[reasons.index, "state"] = OUTDATED
    runs.loc[reasons.index, "reason"] = reasons
    return runs


def _reasons(finished: pd.DataFrame) -> pd.Series:
    """The reason for each row that is left out, by index."""
    modules = [str(name) for name in finished.columns if str(name).startswith(CODE)]
    last = finished.sort_values("finished_at", kind="stable", na_position="first")
    newest = {name: last[name].dropna().iloc[-1] for name in modules if last[name].notna().any()}
    version = finished["results"].dropna().max()
    said = {}
    for index, row in finished.iterrows():
        if pd.notna(row["results"]) and row["results"] != version:
            said[index] = f"results version {row['results']}, not {version}"
            continue
        own = {name.removeprefix(CODE): row[name] for name in newest if pd.notna(row[name])}
        today = {name: newest[CODE + name] for name in own}
        if why := changed(own, today):
            said[index] = f"{why} since"
    return pd.Series(said, dtype=object)


def made_by(rows: pd.DataFrame) -> pd.Series:
    """The results version and code of each row as text: rows of one cell share it."""
    names = [name for name in rows.columns if name == "results" or str(name).startswith(CODE)]
    texts = rows[names].astype("string").fillna("").to_numpy()
    return pd.Series([" ".join(row) for row in texts], index=rows.index, dtype=object)
