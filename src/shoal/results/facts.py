"""The facts of runs as one table: config, record and scores, a column for each value."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from shoal.errors import UserError, unknown
from shoal.results.rows import flat, read_runs, read_tables
from shoal.runs import config_file
from shoal.runs.tables import SCORES

# Parts of the config that affect neither weights nor scores.
APART = ("paths", "logger", "jobs", "force", "data_workers", "keep_checkpoints")


def config_facts(folder: Path) -> dict[str, Any]:
    """A run's config by dotted keys, with the network's name as `model`; {} if it can't be read."""
    try:
        tree = config_file.plain(folder)
        kept = {key: value for key, value in tree.items() if key not in APART}
        facts = {key: _cell(value) for key, value in flat(kept, ".")}
        return {"model": facts.pop("name", None)} | facts
    except (UserError, OSError, ValueError, AttributeError, yaml.YAMLError):
        return {}


def _cell(value: Any) -> Any:
    """A value as a table cell: a list becomes text, so that it can be compared and sorted."""
    return str(value) if isinstance(value, list) else value


def facts(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per run: what `read_runs` gives, its config's values, its mean PSNR (dB) per test set.

    If config and record share a column, the config's value is taken: it is there from the start.
    """
    rows = read_runs(folders).astype(object)
    configs = pd.DataFrame([config_facts(folder) for folder in folders], index=rows.index)
    scores = read_tables(folders, "scores.csv", SCORES)
    psnr = scores.groupby(["id", "dataset", "protocol"], sort=False)["psnr"].mean().reset_index()
    sets = psnr.drop_duplicates(["id", "dataset"]).pivot(
        index="id", columns="dataset", values="psnr"
    )
    known = configs.astype(object)
    known = known.where(known.notna(), rows.reindex(columns=known.columns))
    order = [*rows, *(name for name in known if name not in rows)]
    # Joined in one step: pandas warns after a hundred columns that are added one by one.
    whole = pd.concat([rows.drop(columns=known.columns, errors="ignore"), known], axis="columns")
    return whole[order].join(sets, on="id")


def differing(table: pd.DataFrame) -> list[str]:
    """The columns of the config in which runs differ; of several equivalent ones, the first.

    The classes of a network are left out, since its name stands for them.
    """
    found: dict[tuple[str, ...], str] = {}
    for name in table.columns:
        if "/" in name or (name.startswith("model.") and name.endswith("_target_")):
            continue
        values = table[name].map(lambda value: "" if pd.isna(value) else str(value))
        if len(set(values) - {""}) > 1:
            # Columns that group the runs alike are equivalent, e.g. scale and model.scale.
            groups = tuple(str(list(values).index(value)) for value in values)
            found.setdefault(groups, str(name))
    return list(found.values())


def column(table: pd.DataFrame, name: str) -> str:
    """Find a column by its name or by the end of it, e.g. `lr` for `task.optimizer.lr`.

    The name of a part means its class: `loss` stands for `task.loss._target_`.

    Raises:
        UserError: no column, or more than one, matches.
    """
    if name in table:
        return name
    plain = {each: each.replace("/", ".").removesuffix("._target_") for each in table.columns}
    ends = [each for each, text in plain.items() if f".{text}".endswith(f".{name}")]
    if len(ends) == 1:
        return str(ends[0])
    if ends:
        raise UserError(f"{name} may be any of {', '.join(ends)}: give the full name")
    raise UserError(unknown("column", name, map(str, table.columns)))


def class_name(target: Any) -> str:
    """The name of a class without its module: `MSELoss` for `torch.nn.MSELoss`."""
    return str(target).rpartition(".")[2]


def where(table: pd.DataFrame, conditions: Iterable[str]) -> pd.DataFrame:
    """The rows that meet all conditions of the form `COLUMN=VALUE`.

    Raises:
        UserError: a condition has another form, or names no column.
    """
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals:
            raise UserError(f"{condition} is no condition: write COLUMN=VALUE, e.g. model=eeds")
        key = column(table, name)
        cells = table[key].map(class_name) if key.endswith("_target_") else table[key]
        value = class_name(value) if key.endswith("_target_") else value
        meets = cells.map(lambda cell, value=value: _is(cell, value))
        table = table[meets.astype(bool)]
    return table


def _is(cell: Any, value: str) -> bool:
    if str(cell) == value:
        return True
    try:
        return float(cell) == float(value)
    except (TypeError, ValueError):
        return False
