"""What a reader of a report types: commands, told the folders that the study's was told."""

import shlex

from shoal.report.tables.table import test_sets
from shoal.results import Study


def commands(study: Study, arm: str, scale: int) -> dict[str, str]:
    """What to type to see where a number comes from, and to make the report anew.

    Args:
        study: that is reported.
        arm: whose number is explained.
        scale: of it.
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
    """The option by which commands that read runs are told a folder that the study's was told.

    >>> _option_said("shoal train 'paths.runs=my runs' seed=0", "paths.runs", "--runs")
    ['--runs', 'my runs']
    """
    words = [text.partition("=") for text in shlex.split(command)]
    values = [value for name, _, value in words if name == key]
    return [option, values[-1]] if values else []
