"""The commands that a report prints, with the folders that the study's own command named."""

import shlex

from shoal.report.tables.table import test_sets
from shoal.results import Study


def commands(study: Study, arm: str, scale: int) -> dict[str, str]:
    """The commands that explain a number (`explain`) and rebuild the report (`remake`).

    Args:
        study: the study that is reported.
        arm: the arm whose number is explained.
        scale: the scale of that number.
    """
    dataset = next(iter(test_sets(study)), "Set5")
    explain = ("shoal", "runs", "explain", arm, "--set", dataset, "--scale", str(scale))
    remake = ("shoal", "report", study.experiment, "--id", study.digest)
    runs, out = (
        _option_said(study.command, key, option)
        for key, option in (("paths.runs", "--runs"), ("paths.experiments", "--out"))
    )
    return {
        "explain": shlex.join((*explain, "--experiment", study.folder, *runs)),
        "remake": shlex.join((*remake, *runs, *out)),
    }


def _option_said(command: str, key: str, option: str) -> list[str]:
    """An option that names the same folder as an override of the study's command, if it has one.

    >>> _option_said("shoal train 'paths.runs=my runs' seed=0", "paths.runs", "--runs")
    ['--runs', 'my runs']
    """
    words = [text.partition("=") for text in shlex.split(command)]
    values = [value for name, _, value in words if name == key]
    return [option, values[-1]] if values else []
