"""Scores a run's final weights, adds scores that a finished run lacks, and prints the table."""

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
    """Score a network on the run's test sets by its protocol; `look` gets each output."""
    config = run.config
    pictures = run.selection.test, config.paths.data
    limit, columns = config.budget.test_pictures, build_columns(config.metrics)
    what, cache = (config.protocol, config.scale), config.paths.cache
    return score(network, *pictures, *what, limit, columns, look, cache)


def add_scores(run: Run) -> None:
    """Add the scores that a finished run lacks: by a protocol, on test sets, or in columns.

    Raises:
        UserError: a column of that name means another metric, or there are no weights to score.
    """
    folder = run.folder
    if not unscored(run):
        return
    with folder.locked():
        absent = unscored(run)  # again: another process may have added scores meanwhile
        lacking = replace(run, selection=replace(run.selection, test=absent))
        require_fit_pictures(lacking)
        try_metrics(lacking)
        new = score_run(lacking, _final_network(run))
        record = folder.record("scores", "data_digests")
        digests = {test_key(pictures): pictures.scored for pictures in absent}
        # A test set whose pictures have changed under the same name keeps no score.
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
    """Join old and new rows; where a picture has both, keep columns that the new row lacks.

    It has both if a column was added, or if an earlier attempt was killed between the two files.
    """
    columns = ("dataset", "image", "protocol")
    there = {tuple(row[name] for name in columns): row for row in old}
    again = {(row["dataset"], row["protocol"]) for row in new}
    rows: list[Score] = [row for row in old if (row["dataset"], row["protocol"]) not in again]
    return rows + [there.get(tuple(row[name] for name in columns), {}) | row for row in new]


def try_metrics(run: Run) -> None:
    """Make sure, before any work, that each column can be computed for the smallest test picture.

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
    """Return height and width of the part that is scored: cropped to the scale, borders shaved.

    Raises:
        UserError: the file is no picture.
    """
    width, height = size(path)
    return height // scale * scale - 2 * scale, width // scale * scale - 2 * scale


def _final_network(run: Run) -> nn.Module:
    if run.folder.kind is Kind.UNTRAINED:
        return build(run.config.name, run.config.model).eval()
    if source := run.folder.adopted_from:
        words = f"{run.folder.id} was adopted from {source} without weights to score"
        raise UserError(f"{words}: force=true trains it")
    # Trusted: this run has built the network from its own config before.
    return weights.load(run.folder.weights, trust=True)[0]


def print_scores(run: Run) -> None:
    """Print the run's scores beside bicubic's, and where the record is."""
    scores = run.folder.record("scores")["scores"]
    print_summary(run.config.name, run.config.protocol, scores, _bicubics_scores(run))
    print(f"record: {run.folder.path}", flush=True)


def _bicubics_scores(run: Run) -> Means:
    """Return bicubic's scores, from the record of its own run if there is one beside this run."""
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
