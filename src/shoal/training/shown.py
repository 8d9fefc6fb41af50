"""Shows a finished run on dashboards, which can't change it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal.dashboards.base import Dashboard
from shoal.errors import first_line
from shoal.evaluation.benchmark import Score


def show(
    dashboard: Dashboard,
    record: Mapping[str, Any],
    rows: Sequence[Score],
    strips: Mapping[str, Path],
    protocol: str,
) -> None:
    """Show a finished run on a dashboard; an error there is printed and ignored.

    Args:
        dashboard: gets samples, scores and summary.
        record: the run's record.
        rows: its scores, one row per picture.
        strips: files of samples, by picture.
        protocol: the protocol whose scores the summary has.
    """
    try:
        dashboard.log_samples(record["steps"], strips)
        dashboard.log_scores(rows)
        dashboard.log_summary(summary(record, protocol))
    except Exception as error:
        print(f"note: {type(dashboard).__name__} lacks the scores: {first_line(error)}", flush=True)


def summary(record: Mapping[str, Any], protocol: str) -> dict[str, Any]:
    """Return the few values that stand for a run, flat: best and final scores, size and cost.

    Args:
        record: a finished run's.
        protocol: the protocol whose scores are taken.
    """
    kept = ("parameters", "macs_per_lr_pixel", "seconds", "dead_channels", "resumed")
    values = {key: record[key] for key in kept}
    values |= {f"val/{key}": value for key, value in record["val"].items()}
    for dataset, protocols in record["scores"].items():
        scores = protocols.get(protocol, {})
        values |= {f"test/{dataset}/{key}": scores[key] for key in scores if key != "images"}
    return values
