"""Short names for the runs of a study, as sentences use them."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

MOST = 8  # collapsed runs that are listed by name


def name(row: Mapping[Hashable, Any]) -> str:
    """One run: `eeds x3 s0`."""
    return f"{row['arm']} x{row['scale']}" + ("" if pd.isna(row["seed"]) else f" s{row['seed']}")


def names(rows: pd.DataFrame, most: int = 4) -> str:
    """The first few of several runs, and how many more there are."""
    listed = [name(row) for row in rows.to_dict("records")]
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest


def named(runs: pd.DataFrame, reasons: Mapping[str, str] | pd.Series) -> str:
    """The first few of the collapsed runs with their reasons, and how many more there are.

    Args:
        runs: arm, scale, seed, id.
        reasons: by id.
    """
    rows = runs[runs["id"].isin(reasons.keys())].drop_duplicates("id")
    said = [f"{name(row)} ({reasons[row['id']]})" for row in rows.to_dict("records")]
    rest = f"; and {len(said) - MOST} more" if len(said) > MOST else ""
    return "; ".join(said[:MOST]) + rest
