"""How runs of a study are called in a sentence."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

MOST = 8  # collapsed runs told of by name


def name(row: Mapping[Hashable, Any]) -> str:
    """One run: `eeds x3 s0`."""
    return f"{row['arm']} x{row['scale']}" + ("" if pd.isna(row["seed"]) else f" s{row['seed']}")


def names(rows: pd.DataFrame, most: int = 4) -> str:
    """Several runs, as far as a reader will read."""
    listed = [name(row) for row in rows.to_dict("records")]
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest


def named(runs: pd.DataFrame, reasons: Mapping[str, str] | pd.Series) -> str:
    """Runs that collapsed, each with its reason, as far as a reader will read.

    Args:
        runs: arm, scale, seed, id.
        reasons: by id.
    """
    rows = runs[runs["id"].isin(reasons.keys())].drop_duplicates("id")
    said = [f"{name(row)} ({reasons[row['id']]})" for row in rows.to_dict("records")]
    rest = f"; and {len(said) - MOST} more" if len(said) > MOST else ""
    return "; ".join(said[:MOST]) + rest
