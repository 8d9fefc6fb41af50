"""Scores of a run's final weights: all of them, those that a finished run lacks, and the table."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from torch import nn

from shoal.data.catalog import locate
from shoal.data.selection import test_key
from shoal.errors import UserError
from shoal.evaluation.baseline import bicubic_rows
from shoal.evaluation.benchmark import Answered, Score, score
from shoal.evaluation.columns import build_columns, try_columns
from shoal.models import weights
from shoal.models.bicubic import Bicubic
from shoal.models.build import build
from shoal.pictures.images import size
from shoal.runs.identity import bicubic
from shoal.runs.kind import Kind
from shoal.runs.preflight import require_fit_pictures
from shoal.runs.run import Run
from shoal.runs.scored import meanings, unscored
from shoal.runs.tables import Means, means, score_columns
from shoal.training.summary import print_summary


def score_run(
    run: Run, network: nn.Module, look: Callable[[Answered], object] = lambda answered: None
) -> list[Score]:
    """Score a network on the run's test sets, by its protocol; `look` is shown each answer."""
    config = run.config
    pictures = run.selection.test, config.paths.data
    limit, columns = config.budget.test_pictures, build_columns(config.metrics)
    what, cache = (config.protocol, config.scale), config.paths.cache
    return score(network, *pictures, *what, limit, columns, look, cache)


def add_scores(run: Run) -> None:
    """Score a finished run by a protocol, on test sets or in columns that its record lacks.

    Raises:
        UserError: what is to be scored can't be told from what has been, or there are no weights.
    """
    folder = run.folder
    if not unscored(run):
        return
    with folder.locked():
        absent = unscored(run)  # another process may have been here since
        lacking = replace(run, selection=replace(run.selection, test=absent))
        require_fit_pictures(lacking)
        try_metrics(lacking)
        new = score_run(lacking, _final_network(run))
        record = folder.record("scores", "data_digests")
        digests = {test_key(pictures): pictures.scored for pictures in absent}
        # Of other pictures under the same name no score stays, by whichever protocol.
        others = {s.name for s in absent if record["data_digests"].get(test_key(s)) != s.scored}
        kept = [row for row in folder.rows("scores.csv") if row["dataset"] not in others]
        rows = _joined(kept, new)
        record["scores"] = means(rows)
        record["data_digests"] |= digests
        if run.config.metrics:
            record["metrics"] = record.get("metrics", {}) | meanings(run.config.metrics)
        folder.write_rows("scores.csv", score_columns(rows), rows)
        folder.write_json("record.json", record)


def _joined(old: Sequence[Score], new: Sequence[Score]) -> list[Score]:
    """Old rows and new ones; of a picture that has both, columns that the new one lacks are kept.

    It has both where a column was added, or after a kill between the two files.
    """
    columns = ("dataset", "image", "protocol")
    there = {tuple(row[name] for name in columns): row for row in old}
    again = {(row["dataset"], row["protocol"]) for row in new}
    rows: list[Score] = [row for row in old if (row["dataset"], row["protocol"]) not in again]
    return rows + [there.get(tuple(row[name] for name in columns), {}) | row for row in new]


def try_metrics(run: Run) -> None:
    """Make sure that each column can be taken of the smallest test picture, before any work.

    Raises:
        UserError: one can't.
    """
    config = run.config
    if columns := build_columns(config.metrics):
        paths = [
            path
            for pictures in run.selection.test
            for path in locate(pictures, config.paths.data)[: config.budget.test_pictures]
        ]
        try_columns(columns, {path.name: _scored_size(path, config.scale) for path in paths})


def _scored_size(path: Path, scale: int) -> tuple[int, int]:
    """Height and width of what is scored of a picture: cropped to the scale, the border shaved off.

    Raises:
        UserError: it is no picture.
    """
    width, height = size(path)
    return height // scale * scale - 2 * scale, width // scale * scale - 2 * scale


def _final_network(run: Run) -> nn.Module:
    if run.folder.kind is Kind.UNTRAINED:
        return build(run.config.name, run.config.model).eval()
    if source := run.folder.adopted_from:
        words = f"{run.folder.id} was adopted from {source} without weights to score"
        raise UserError(f"{words}: force=true trains it")
    # The run's own config built this network before, whosever class it is.
    return weights.load(run.folder.weights, trust=True)[0]


def print_scores(run: Run) -> None:
    """Show the run's scores beside bicubic's, and where the record is."""
    scores = run.folder.record("scores")["scores"]
    print_summary(run.config.name, run.config.protocol, scores, _bicubics_scores(run))
    print(f"record: {run.folder.path}", flush=True)


def _bicubics_scores(run: Run) -> Means:
    """Bicubic's scores: of its own record, where a run beside this one has made it."""
    own = Run.of(bicubic(run.config))
    with suppress(UserError):  # it may have a column of that name that means another metric
        if own.folder.finished and not unscored(own):
            scores: Means = own.folder.record()["scores"]
            return scores
    if run.config.metrics:
        return means(score_run(run, Bicubic(run.config.scale)))
    config, rows = run.config, list[Score]()
    for pictures in run.selection.test:
        what = config.protocol, config.scale, config.budget.test_pictures
        rows += bicubic_rows(pictures, config.paths.data, config.paths.cache, *what)
    return means(rows)
