"""What can be asked of a run: its config, flat, its record and its scores, a column each."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from shoal.errors import UserError, unknown
from shoal.results.rows import flat, read_runs, read_tables
from shoal.runs import config_file
from shoal.runs.tables import SCORES

# Of the config, what decides neither weights nor scores.
APART = ("paths", "logger", "jobs", "force", "data_workers", "keep_checkpoints")


def config_facts(folder: Path) -> dict[str, Any]:
    """A run's config by dotted keys, a network by its name; {} where there is none to read."""
    try:
        tree = config_file.plain(folder)
        kept = {key: value for key, value in tree.items() if key not in APART}
        facts = {key: _cell(value) for key, value in flat(kept, ".")}
        return {"model": facts.pop("name", None)} | facts
    except (UserError, OSError, ValueError, AttributeError, yaml.YAMLError):
        return {}


def _cell(value: Any) -> Any:
    """A value as tables have it: a list is compared, sorted and shown as one."""
    return str(value) if isinstance(value, list) else value


def facts(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per run: what `read_runs` gives, its config's values, its mean PSNR (dB) per test set.

    A config says what its record says too, also of a run that has none yet.
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
    # Joined at once: column by column pandas warns, on the console, from a hundred on.
    whole = pd.concat([rows.drop(columns=known.columns, errors="ignore"), known], axis="columns")
    return whole[order].join(sets, on="id")


def differing(table: pd.DataFrame) -> list[str]:
    """The config's columns in which some runs differ; of several that tell the same, the first.

    A network's classes aren't among them: its name stands for them.
    """
    found: dict[tuple[str, ...], str] = {}
    for name in table.columns:
        if "/" in name or (name.startswith("model.") and name.endswith("_target_")):
            continue
        values = table[name].map(lambda value: "" if pd.isna(value) else str(value))
        if len(set(values) - {""}) > 1:
            # Columns that sort runs into the same groups tell the same: scale and model.scale.
            groups = tuple(str(list(values).index(value)) for value in values)
            found.setdefault(groups, str(name))
    return list(found.values())


def column(table: pd.DataFrame, name: str) -> str:
    """A column by its name, or by the last part of it: `lr` for `task.optimizer.lr`.

    A part of a network or of its task goes by its class: `loss` for `task.loss._target_`.

    Raises:
        UserError: there is none, or there are several.
    """
    if name in table:
        return name
    plain = {each: each.replace("/", ".").removesuffix("._target_") for each in table.columns}
    ends = [each for each, text in plain.items() if f".{text}".endswith(f".{name}")]
    if len(ends) == 1:
        return str(ends[0])
    if ends:
        raise UserError(f"{name} may be any of {', '.join(ends)}: name one in full")
    raise UserError(unknown("column", name, map(str, table.columns)))


def class_name(target: Any) -> str:
    """A class as people call it: `MSELoss` for `torch.nn.MSELoss`."""
    return str(target).rpartition(".")[2]


def where(table: pd.DataFrame, conditions: Iterable[str]) -> pd.DataFrame:
    """The rows that meet all conditions, each `COLUMN=VALUE`.

    Raises:
        UserError: a condition is no such thing.
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
