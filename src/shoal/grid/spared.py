"""Finds out whether a folder of findings holds more than a grid of the same name would write."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal.errors import UserError, counted
from shoal.runs.findings import RUNS, STUDY

ENDED = ("finished", "diverged")
Row = Mapping[str, Any]  # with arm, scale, seed and id


def beyond(folder: Path, kept_at: str, rows: Sequence[Row], looks: Sequence[Row] | None) -> str:
    """Say what kept findings have that a grid's findings would lack; "" if there is nothing.

    If an arm's runs have other ids by now, since its file or its code has changed, the arm is made
    anew and its old runs are no loss.

    Args:
        folder: the folder of the findings, as the grid's plan names it.
        kept_at: the precision of the grid; findings of another precision are elsewhere.
        rows: the rows of the grid's runs.
        looks: the grid's looks, if it adds seeds.

    Raises:
        UserError: the findings are damaged.
    """
    for place in (folder.with_name(f"{folder.name}-{kept_at}"), folder):
        try:
            told = json.loads((place / STUDY).read_text()) if (place / STUDY).is_file() else {}
            if told and told["precision"] == kept_at:
                return _beyond(place, told, rows, looks)
        except (OSError, LookupError, TypeError, ValueError, AttributeError, csv.Error) as error:
            raise UserError(f"{place} is damaged ({error!r}): restore it, or delete it") from None
    return ""


def _beyond(
    place: Path, told: Mapping[str, Any], rows: Sequence[Row], looks: Sequence[Row] | None
) -> str:
    with (place / RUNS).open(newline="") as file:
        kept = [row for row in csv.DictReader(file) if row["state"] in ENDED]
    planned = {str(row["id"]) for row in rows}
    forgotten = _seen(told.get("looks") or []) & planned - _seen(looks or [])
    if lost := _lost(kept, rows):
        return counted(len(lost), "more run")
    return "the looks at these runs" if forgotten else ""


def _lost(kept: Iterable[Row], rows: Sequence[Row]) -> list[Row]:
    """Return the kept runs that aren't planned, except those of arms that are made anew."""
    ids = {str(row["id"]) for row in rows}
    today = {(row["arm"], str(row["scale"]), _text(row["seed"])): str(row["id"]) for row in rows}
    lost, anew = list[Row](), set[tuple[str, str]]()
    for row in kept:
        there = today.get((row["arm"], row["scale"], row["seed"]))
        if there is not None and there != row["id"]:
            anew.add((row["arm"], row["scale"]))
        if row["id"] not in ids:
            lost.append(row)
    return [row for row in lost if (row["arm"], row["scale"]) not in anew]


def _seen(looks: Iterable[Row]) -> set[str]:
    return {str(name) for look in looks for name in look["runs"]}


def _text(seed: object) -> str:
    """Format a seed as `runs.csv` has it; a run that learns nothing has none."""
    return "" if seed is None else str(seed)
