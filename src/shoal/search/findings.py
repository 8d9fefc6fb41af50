"""The results of a search: its folder of findings, and the best command."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
from optuna.trial import FrozenTrial

from shoal.errors import UserError
from shoal.grid.cross import overrides
from shoal.runs.findings import README
from shoal.search.tables import importance, markdown, table
from shoal.system.console import spoken
from shoal.system.files import write_whole

TEXT = """# {title}

**Question.** Which {keys} serve {model} best, by its final PSNR on {pictures}?

**Answer.** {answer}

```
{command}
```

{count}. Judged are validation pictures, so no test set has chosen anything. A pruned trial was
stopped where its curve lay below the median of the others at that step; its run can go on.

{table}
"""
IMPORTANCE = """
How much of the variance of the score each value explains (PED-ANOVA over finished trials):

{table}
"""


@dataclass(frozen=True)
class Search:
    """The facts of a search besides its trials.

    Attributes:
        name: the file's name in `conf/hparams_search`.
        about: what the search is about, e.g. `ees-sample-x3-quick-0a1b2c3d`.
        model: the model that is tuned.
        pictures: the pictures that rank the trials.
        command: what the user typed.
        given: the overrides of all trials.
        keys: the keys whose values are searched.
    """

    name: str
    about: str
    model: str
    pictures: str
    command: str
    given: Sequence[str]
    keys: Sequence[str]

    @property
    def title(self) -> str:
        """The name of the study in the storage."""
        return f"{self.name}-{self.about}"


def best_command(search: Search, best: FrozenTrial) -> str:
    """Return the command that makes the best trial's run, or another run with its values."""
    return shlex.join([*spoken(), *search.given, *overrides(best.params)])


def write(search: Search, study: optuna.Study, best: FrozenTrial, out: Path) -> Path:
    """Write the folder of findings: README.md, trials.csv, and importance.csv if it is known.

    Args:
        search: the facts of the search.
        study: its trials.
        best: the best trial.
        out: the folder of all findings.

    Raises:
        UserError: the folder can't be written.
    """
    rows, weights = table(study.get_trials(deepcopy=False), search.keys), importance(study)
    files = {"trials.csv": rows.to_csv(index=False, lineterminator="\n")}
    text = _readme(search, rows, best)
    if not weights.empty:
        files["importance.csv"] = weights.to_csv(index=False, lineterminator="\n")
        text += IMPORTANCE.format(table=markdown(weights))
    try:
        folder = out / search.name / search.about
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (files | {README: text}).items():
            write_whole(folder / name, content)
    except OSError as error:
        raise UserError(f"{out} can't be written: {error}; choose paths.experiments=DIR") from None
    return folder


def _readme(search: Search, rows: pd.DataFrame, best: FrozenTrial) -> str:
    outcomes = rows["outcome"].str.split(" at ").str[0].value_counts()
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    ranked = rows.sort_values(["outcome", "psnr"], ascending=[True, False], key=_finished_first)
    return TEXT.format(
        title=search.title,
        keys=" and ".join(search.keys),
        model=search.model,
        pictures=search.pictures,
        answer=f"Trial {best.number}, {best.value:.2f} dB: `{best_command(search, best)}`",
        command=search.command,
        count=f"{len(rows)} trials: {counts}",
        table=markdown(ranked),
    )


def _finished_first(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column != "finished" if column.name == "outcome" else column
