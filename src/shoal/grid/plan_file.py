"""Writes the file of a plan, which reports read: `runs/.experiments/<name>-<digest>.json`."""

import json
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.grid.cross import complete
from shoal.grid.fairness import factors
from shoal.grid.plan import Plan
from shoal.grid.planned import State
from shoal.runs.kind import Kind
from shoal.system.files import write_whole


def write(plan: Plan, command: str) -> Path:
    """Write a plan to where reports look for it.

    Args:
        plan: the grid's plan.
        command: what the user typed.

    Raises:
        UserError: a picture that a run needs is missing, or the folder can't be made.
    """
    for _, run in plan.runs:
        if run.state() == State.TODO:
            run.require_pictures()
    try:
        plan.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = f"{plan.path.parent} can't be made: {error}"
        raise UserError(f"{words}; choose paths.runs=DIR") from None
    write_whole(plan.path, json.dumps(content(plan, command), indent=1) + "\n")
    return plan.path


def content(plan: Plan, command: str) -> dict[str, Any]:
    """Return the content of a plan's file.

    Args:
        plan: the grid's plan.
        command: what the user typed.
    """
    last, mine = plan.runs[-1][1], plan.experiment
    return {
        "schema": 1,
        "experiment": mine.name,
        "question": mine.question,
        "command": command,
        "folder": plan.folder,
        **plan.facts,
        "protocol": last.config.protocol,
        "test_sets": [pictures.name for pictures in last.selection.test],
        "arms": plan.arms,
        "cells": _cells(plan),
        "baseline": mine.baseline,
        "claims": mine.claims,
        "collapse": mine.collapse,
        **({"tuned": mine.tuned} if mine.tuned else {}),
        "runs": plan.rows(),
        **_asked(plan),
    }


def _cells(plan: Plan) -> dict[str, dict[str, str]]:
    """Return the values of a cross by label, even if its arms are written out one by one."""
    trained = {name: run for name, run in plan.first.items() if run.config.kind is Kind.TRAINED}
    values = {name: factors(plan.experiment, run) for name, run in trained.items()}
    return plan.experiment.cells or complete(values)


def _asked(plan: Plan) -> dict[str, Any]:
    """Return the entries that only some plans have."""
    found: dict[str, Any] = {}
    if plan.experiment.equal_within is not None:
        found["equal_within"] = plan.experiment.equal_within
    if plan.experiment.trial:
        found["trial"] = True
    if plan.looks is not None:
        found["looks"] = plan.looks
        found["seeds"] = sorted({row["seed"] for row in plan.rows()} - {None})
    return found
