"""Which of the scores that a config asks for a finished run has."""

import json
from collections.abc import Mapping
from typing import Any

from shoal.data.selection import test_key
from shoal.data.sets import PictureSet
from shoal.errors import UserError
from shoal.runs.run import Run
from shoal.system.code import own_code


def meanings(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return the meaning of each column of scores, as a record keeps it.

    This is the metric's config as text, with digests of the user's own modules that it uses.
    """
    return {
        name: json.dumps(
            entry | ({"code": code} if (code := own_code(entry)) else {}), sort_keys=True
        )
        for name, entry in metrics.items()
    }


def unscored(run: Run) -> tuple[PictureSet, ...]:
    """Return the test sets for which a finished run lacks the protocol's scores, or a column.

    Raises:
        UserError: the run has a column of that name with another meaning.
    """
    record = run.folder.record("scores", "data_digests")
    _require_same_metrics(run, record.get("metrics", {}))
    return tuple(each for each in run.selection.test if not _is_scored(run, record, each))


def _is_scored(run: Run, record: Mapping[str, Any], pictures: PictureSet) -> bool:
    """Whether a run has all scores of a test set, with today's pictures and file names."""
    if record["data_digests"].get(test_key(pictures)) != pictures.scored:
        return False
    means = record["scores"].get(pictures.name, {}).get(run.config.protocol, {})
    count, limit = len(pictures.files), run.config.budget.test_pictures
    enough = means.get("images", 0) >= min(count, limit or count)
    return enough and all(name in means for name in run.config.metrics)


def _require_same_metrics(run: Run, known: Mapping[str, str]) -> None:
    for name, text in meanings(run.config.metrics).items():
        if known.get(name, text) != text:
            raise UserError(
                f"{run.folder.id} has a column {name} of another metric ({known[name]}): choose "
                f"another name, or train it anew, force=true"
            )
