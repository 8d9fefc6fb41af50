"""Scores of a run's final weights: all of them, those that a finished run lacks, and the table."""

from dataclasses import replace

from torch import nn

from shoal.data.catalog import PictureSet
from shoal.errors import UserError
from shoal.evaluation.benchmark import Score, score
from shoal.models import weights
from shoal.models.bicubic import Bicubic
from shoal.models.build import build
from shoal.runs.identity import bicubic
from shoal.runs.kind import Kind
from shoal.runs.preflight import require_fit_pictures
from shoal.runs.run import Run
from shoal.runs.tables import SCORES, Means, means
from shoal.training.summary import print_summary


def score_run(run: Run, network: nn.Module) -> list[Score]:
    """Score a network on the run's test sets, by its protocol."""
    config = run.config
    limit = config.budget.test_pictures
    return score(
        network, run.selection.test, config.paths.data, config.protocol, config.scale, limit
    )


def add_scores(run: Run) -> None:
    """Score a finished run by a protocol or on test sets that its record has no scores of yet."""
    folder = run.folder
    if not _unscored(run):
        return
    with folder.locked():
        absent = _unscored(run)  # another process may have been here since
        lacking = replace(run, selection=replace(run.selection, test=absent))
        require_fit_pictures(lacking)
        new = score_run(lacking, _final_network(run))
        again = {(row["dataset"], row["protocol"]) for row in new}  # after a kill between two files
        old = folder.rows("scores.csv")
        rows = [row for row in old if (row["dataset"], row["protocol"]) not in again] + new
        record = folder.record()
        record["scores"] = means(rows)
        record["data_digests"] = run.selection.digests() | record["data_digests"]
        folder.write_rows("scores.csv", SCORES, rows)
        folder.write_json("record.json", record)


def _unscored(run: Run) -> tuple[PictureSet, ...]:
    scores, protocol = run.folder.record()["scores"], run.config.protocol
    return tuple(each for each in run.selection.test if protocol not in scores.get(each.name, {}))


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
    scores = run.folder.record()["scores"]
    print_summary(run.config.name, run.config.protocol, scores, _bicubics_scores(run))
    print(f"record: {run.folder.path}", flush=True)


def _bicubics_scores(run: Run) -> Means:
    """Bicubic's scores: of its own record, where a run beside this one has made it."""
    own = Run.of(bicubic(run.config))
    if own.folder.finished and not _unscored(own):
        scores: Means = own.folder.record()["scores"]
        return scores
    return means(score_run(run, Bicubic(run.config.scale)))
