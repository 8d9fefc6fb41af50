"""What a grid is called: the digest that its file has, and the folder of its findings."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shoal.errors import UserError
from shoal.grid.composing import key
from shoal.grid.experiment import Experiment
from shoal.grid.planned import PlannedRun
from shoal.runs.config import RunConfig
from shoal.runs.identity import short_digest

# An experiment is repeated over these; whatever else is swept would make another question of it.
SWEPT = ("scale", "seed")
# What the name of a folder of findings tells; any other change marks it with a digest.
# Precision is told apart where findings are written: a name has it only where two would meet.
NAMED = ("data", "budget", "trainer.precision", *SWEPT)


def digest(
    arms: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    scored: Sequence[str],
    *,
    adds_seeds: bool,
) -> str:
    """Eight hex digits of a grid.

    Args:
        arms: with their factors and overrides.
        rows: of its runs; where it adds seeds those of the first alone count, since added seeds
            make no other question.
        scored: how its runs are scored, and on what.
        adds_seeds: whether it adds seeds until all is decided.
    """
    if adds_seeds:
        least = min((row["seed"] for row in rows if row["seed"] is not None), default=None)
        rows = [row for row in rows if row["seed"] in (None, least)]
    text = json.dumps([arms, rows, scored, *(["auto"] if adds_seeds else [])])
    return short_digest(text)


def facts(configs: Sequence[RunConfig]) -> dict[str, Any]:
    """What names a study, by the config of one arm at each scale and seed."""
    return {
        "data": configs[0].data.name,
        "budget": configs[0].budget.name,
        "precision": configs[0].precision,
        "scales": sorted({config.scale for config in configs}),
        "seeds": sorted({config.seed for config in configs}),
    }


def folder(experiment: Experiment, asked: Mapping[str, Any], mark: str) -> str:
    """Of the findings: `<question>/<data>-x<scale>-<budget>`.

    Args:
        experiment: the question.
        asked: as `facts` has it.
        mark: the grid's digest where that name doesn't tell all, else "".
    """
    scales = "+".join(map(str, asked["scales"]))
    parts = [asked["data"], f"x{scales}", asked["budget"], mark]
    parts += ["tuned"] if experiment.tuned else []
    return f"{experiment.name}/{'-'.join(filter(None, parts))}"


def is_told(given: Sequence[str], compose: Callable[[Sequence[str]], PlannedRun]) -> bool:
    """Whether a folder's name tells all that was changed of what decides the numbers.

    Args:
        given: what the user overrides.
        compose: one arm's run from that.
    """
    try:
        plain = compose([text for text in given if key(text) in NAMED])
    except UserError:  # data=folder without its folders
        return False
    run = compose(given)
    # By id and not by folder: where runs lie decides no number.
    return (run.folder.id, *run.key[1:]) == (plain.folder.id, *plain.key[1:])
