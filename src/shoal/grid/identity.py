"""The names of a grid: the digest in its plan's file name, and the folder of its findings."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shoal.errors import UserError
from shoal.grid.experiment import Experiment
from shoal.grid.overrides import key
from shoal.grid.planned import PlannedRun
from shoal.runs.config import RunConfig
from shoal.runs.identity import short_digest

# An experiment may be repeated over these; sweeping over anything else would be another question.
SWEPT = ("scale", "seed")
# Overrides that the name of a folder of findings expresses; any other one adds a digest to it.
# Precision is added where findings are written, if another precision has taken the name.
NAMED = ("data", "budget", "trainer.precision", *SWEPT)


def digest(
    arms: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    scored: Sequence[str],
    *,
    adds_seeds: bool,
) -> str:
    """Return the digest of a grid, eight hex digits.

    Args:
        arms: the arms with their factors and overrides.
        rows: the rows of its runs. If it adds seeds, only the first seed counts, so that the digest
            stays the same.
        scored: the protocol and the test sets of its runs.
        adds_seeds: whether it adds seeds until all is decided.
    """
    if adds_seeds:
        least = min((row["seed"] for row in rows if row["seed"] is not None), default=None)
        rows = [row for row in rows if row["seed"] in (None, least)]
    text = json.dumps([arms, rows, scored, *(["auto"] if adds_seeds else [])])
    return short_digest(text)


def facts(configs: Sequence[RunConfig]) -> dict[str, Any]:
    """Return what names a study, from the config of one arm at each scale and seed."""
    return {
        "data": configs[0].data.name,
        "budget": configs[0].budget.name,
        "precision": configs[0].precision,
        "scales": sorted({config.scale for config in configs}),
        "seeds": sorted({config.seed for config in configs}),
    }


def folder(experiment: Experiment, asked: Mapping[str, Any], mark: str) -> str:
    """Return the folder of the findings: `<question>/<data>-x<scale>-<budget>`.

    Args:
        experiment: the experiment.
        asked: what `facts` returns.
        mark: the grid's digest if that name alone would be ambiguous, else "".
    """
    scales = "+".join(map(str, asked["scales"]))
    parts = [asked["data"], f"x{scales}", asked["budget"], mark]
    parts += ["tuned"] if experiment.tuned else []
    return f"{experiment.name}/{'-'.join(filter(None, parts))}"


def is_told(given: Sequence[str], compose: Callable[[Sequence[str]], PlannedRun]) -> bool:
    """Whether the folder's name expresses all overrides that change results.

    Args:
        given: the user's overrides.
        compose: composes a run of one arm from overrides.
    """
    try:
        plain = compose([text for text in given if key(text) in NAMED])
    except UserError:  # data=folder without its folders
        return False
    run = compose(given)
    # Runs are compared by id and not by folder, since the place of runs changes no result.
    return (run.folder.id, *run.key[1:]) == (plain.folder.id, *plain.key[1:])
