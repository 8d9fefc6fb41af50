"""What runs left on disk, as tables of rows.

This package changes no file and never imports torch. It only uses `system` and those modules of
`runs` that don't import torch either (`config_file`, `findings`, `folder`, `kind`, `plans`,
`tables`, `values`).
"""

from shoal.results.collapse import Thresholds, collapsed, living, survival
from shoal.results.explained import explain
from shoal.results.issued import grids, load, read
from shoal.results.kept import read_kept
from shoal.results.notes import notes
from shoal.results.spread import (
    AXES,
    columns_beside,
    ends,
    last_rows,
    over_seeds,
    per_run,
    reach,
    untrained_level,
)
from shoal.results.study import Study

__all__ = [
    "AXES",
    "Study",
    "Thresholds",
    "collapsed",
    "columns_beside",
    "ends",
    "explain",
    "grids",
    "last_rows",
    "living",
    "load",
    "notes",
    "over_seeds",
    "per_run",
    "reach",
    "read",
    "read_kept",
    "survival",
    "untrained_level",
]
