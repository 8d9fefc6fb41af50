"""What came of a search: the table of its trials, the best command, what mattered."""

import shlex
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState
from tabulate import tabulate

from shoal.errors import UserError
from shoal.search.space import override
from shoal.search.trials import DIVERGED, RUN
from shoal.system.files import write_whole

FEWEST = 4  # finished trials, below which nothing is said of what mattered
README = """# {title}

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
    """What is said of a search beside its trials.

    Attributes:
        name: of the file in `conf/hparams_search`.
        about: what it searched for, e.g. `ees-sample-x3-quick-0a1b2c3d`.
        model: that was tuned.
        pictures: that judged.
        command: that was typed.
        given: the overrides that all trials had.
        keys: that were searched.
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
        """How its trials are called where they are stored."""
        return f"{self.name}-{self.about}"


def best_command(search: Search, best: FrozenTrial) -> str:
    """The command that makes the best trial's run, or another with its values."""
    chosen = (override(key, value) for key, value in best.params.items())
    return shlex.join(["python", "train.py", *search.given, *chosen])


def table(trials: Iterable[FrozenTrial], keys: Sequence[str]) -> pd.DataFrame:
    """A row per trial: number, the values tried, outcome, last step, psnr (dB), run."""
    rows = [
        {
            "trial": trial.number,
            **{key: trial.params.get(key) for key in keys},
            "outcome": _outcome(trial),
            "step": trial.last_step,
            "psnr": _last_psnr(trial),
            "run": trial.user_attrs.get(RUN, ""),
        }
        for trial in trials
    ]
    return pd.DataFrame(rows).astype({"step": "Int64"})


def _outcome(trial: FrozenTrial) -> str:
    if DIVERGED in trial.user_attrs:
        return f"diverged at step {trial.user_attrs[DIVERGED]}"
    known = {TrialState.COMPLETE: "finished", TrialState.PRUNED: "pruned"}
    return known.get(trial.state, "unfinished")


def _last_psnr(trial: FrozenTrial) -> float | None:
    if trial.state == TrialState.COMPLETE:
        return trial.value
    return trial.intermediate_values[trial.last_step] if trial.last_step is not None else None


def write(search: Search, study: optuna.Study, out: Path) -> Path:
    """Write the folder of findings: README.md, trials.csv, importance.csv where there is one.

    Args:
        search: what it was.
        study: its trials.
        out: the folder of all findings.

    Raises:
        UserError: no trial has finished, or the folder can't be written.
    """
    trials = study.get_trials(deepcopy=False)
    best = max(
        (trial for trial in trials if trial.state == TrialState.COMPLETE),
        key=lambda trial: trial.values[0],
        default=None,
    )
    if best is None:
        raise UserError("no trial has finished yet")
    rows, weights = table(trials, search.keys), importance(study)
    files = {"trials.csv": rows.to_csv(index=False, lineterminator="\n")}
    text = _readme(search, rows, best)
    if not weights.empty:
        files["importance.csv"] = weights.to_csv(index=False, lineterminator="\n")
        text += IMPORTANCE.format(table=_markdown(weights))
    try:
        folder = out / search.name / search.about
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (files | {"README.md": text}).items():
            write_whole(folder / name, content)
    except OSError as error:
        raise UserError(f"{out} can't be written: {error}; choose paths.experiments=DIR") from None
    return folder


def _readme(search: Search, rows: pd.DataFrame, best: FrozenTrial) -> str:
    outcomes = rows["outcome"].str.split(" at ").str[0].value_counts()
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    ranked = rows.sort_values(["outcome", "psnr"], ascending=[True, False], key=_finished_first)
    return README.format(
        title=search.title,
        keys=" and ".join(search.keys),
        model=search.model,
        pictures=search.pictures,
        answer=f"Trial {best.number}, {best.value:.2f} dB: `{best_command(search, best)}`",
        command=search.command,
        count=f"{len(rows)} trials: {counts}",
        table=_markdown(ranked),
    )


def _finished_first(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column != "finished" if column.name == "outcome" else column


def importance(study: optuna.Study) -> pd.DataFrame:
    """`value` and `share` (they sum to one), the largest first; empty where too little is known."""
    finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(finished) < FEWEST or len({trial.value for trial in finished}) < 2:
        return pd.DataFrame(columns=["value", "share"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that too few trials make it rough, which the table shows
        shares = optuna.importance.get_param_importances(study)
    return pd.DataFrame({"value": list(shares), "share": list(shares.values())})


def _markdown(rows: pd.DataFrame) -> str:
    shown = rows.copy()
    for name in shown.select_dtypes("float").columns:
        form = "{:.2f}" if name in ("psnr", "share") else "{:.4g}"
        shown[name] = [form.format(value) if pd.notna(value) else "" for value in shown[name]]
    return tabulate(
        shown.astype(object).where(shown.notna(), ""),  # type: ignore[arg-type]
        headers="keys",
        tablefmt="github",
        showindex=False,
        disable_numparse=True,
    )
