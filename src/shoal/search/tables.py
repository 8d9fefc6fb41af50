"""Tables of a search: its trials, and how much each value mattered."""

import warnings
from collections.abc import Iterable, Sequence

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState
from tabulate import tabulate

from shoal.search.trials import DIVERGED, RUN

FEWEST = 4  # finished trials that an estimate of importance needs at least


def table(trials: Iterable[FrozenTrial], keys: Sequence[str]) -> pd.DataFrame:
    """Tabulate trials, a row each: number, values, outcome, last step, psnr (dB), run."""
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


def importance(study: optuna.Study) -> pd.DataFrame:
    """Return each `value` and its `share` (they sum to one), largest first; empty if unknown."""
    finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(finished) < FEWEST or len({trial.value for trial in finished}) < 2:
        return pd.DataFrame(columns=["value", "share"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna warns that few trials make a rough estimate
        shares = optuna.importance.get_param_importances(study)
    return pd.DataFrame({"value": list(shares), "share": list(shares.values())})


def markdown(rows: pd.DataFrame) -> str:
    """Format rows as Markdown: dB and shares with two decimals, values with four digits."""
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
