"""A study as its folder of findings keeps it, for when the runs are gone."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from shoal.errors import UserError
from shoal.results.rows import NAMES, RECORD
from shoal.results.study import ASKED, KEY, Study
from shoal.runs.findings import CURVES, RUNS, SCORES, STUDY, place
from shoal.runs.values import value
from shoal.system import harmless

FACTS = (
    *("experiment", "digest", "question", "command", "data", "budget", "precision", "protocol"),
    *("scales", "seeds", "models"),
)


def facts(study: Study) -> str:
    """The text of `study.json`."""
    asked = {name: getattr(study, name) for name in ASKED}
    asked = {name: value for name, value in asked.items() if value not in (None, {}, False)}
    return json.dumps({name: getattr(study, name) for name in FACTS} | asked, indent=1) + "\n"


def read_kept(folder: Path) -> Study:
    """Read the study of a folder of findings, as it was when they were written.

    Args:
        folder: `<question>/<data>-x<scale>-<budget>`; it becomes the study's root.

    Raises:
        UserError: it is no folder of findings, or one of its files is damaged.
    """
    try:
        told = harmless.from_json((folder / STUDY).read_bytes())
        told |= {name: tuple(told[name]) for name in ("scales", "seeds")}
        return Study(
            **{name: told[name] for name in FACTS},
            **{name: told[name] for name in ASKED if name in told},
            root=folder,
            folder=place(folder),
            runs=_runs(folder / RUNS),
            scores=_rows(folder / SCORES),
            curves=_rows(folder / CURVES),
        )
    except (OSError, LookupError, TypeError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        raise UserError(f"{folder} is no folder of findings ({said}): restore it") from None


def precision(folder: Path) -> str | None:
    """The precision of the study whose findings are in a folder; None if there are none.

    Raises:
        UserError: `study.json` is damaged.
    """
    path = folder / STUDY
    try:
        return str(harmless.from_json(path.read_bytes())["precision"]) if path.is_file() else None
    except (LookupError, TypeError, ValueError) as error:
        raise UserError(f"{path} is damaged ({error!r}): restore it, or delete it") from None


def _runs(path: Path) -> pd.DataFrame:
    """Rows as `read_runs` gives them; a commit stays text, even if it looks like a number."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    values = {name: [value(name, text) for text in texts[name]] for name in texts.columns}
    rows = pd.DataFrame(values, dtype=object).convert_dtypes()
    known = list(dict.fromkeys([*KEY, *RECORD, *rows.columns]))  # old records lack some
    types: dict[str, Any] = {"arm": object, "id": object, "scale": int, "seed": "Int64"}
    return rows.reindex(columns=known).astype(types)


def _rows(path: Path) -> pd.DataFrame:
    """Scores or curves, with every number exact to the last bit."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    names = {*NAMES, "arm"}
    rows = texts.apply(lambda column: column if column.name in names else _numbers(column))
    return rows.astype({"seed": "Int64"})


def _numbers(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column of integers if all are; else floats, parsed by Python, which is exact."""
    if texts.str.fullmatch(r"-?\d+").all():
        return texts.astype(int)
    return pd.Series([float(text or "nan") for text in texts], index=texts.index)
