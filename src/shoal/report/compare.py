"""A comparison of some runs: their configs, their scores, and which of them collapsed."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from shoal.errors import UserError
from shoal.report.joined import lost, study_of_runs
from shoal.report.paired import gain, psnr_table, worded
from shoal.report.tables.numbers import ABSENT
from shoal.results.facts import config_facts, facts
from shoal.results.outdated import CODE
from shoal.results.rows import read_runs, read_tables
from shoal.runs.tables import SCORES


def chosen(runs: Path, names: Sequence[str]) -> list[Path]:
    """The folders of runs that are named by an id, or by the beginning of an id or a digest.

    Raises:
        UserError: a name fits no run or several, or fewer than two runs are named.
    """
    folders = [_one(runs, name) for name in names]
    if len(set(folders)) < 2:
        raise UserError(f"{' '.join(names)}: name two runs or more; `shoal runs list` shows them")
    return list(dict.fromkeys(folders))


def _one(runs: Path, name: str) -> Path:
    found = [path.parent for path in sorted(runs.glob("*/status.json"))]
    found = [folder for folder in found if _is_named(folder.name, name)]
    exact = [folder for folder in found if folder.name == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        several = ", ".join(folder.name for folder in found[:4])
        raise UserError(f"{name} may be any of {several}{', ...' * (len(found) > 4)}: add digits")
    raise UserError(f"{name} is no run in {runs}: `shoal runs list --runs {runs}` shows all")


def _is_named(id: str, name: str) -> bool:
    return id.startswith(name) or id.rpartition("-")[2].startswith(name)


def differences(folders: Sequence[Path]) -> pd.DataFrame:
    """A row for each config value and each module of code that differs between runs.

    Returns:
        a column per run; code is shown by the first digits of its digest.
    """
    found = {folder.name: config_facts(folder) | _code(folder) for folder in folders}
    configs = pd.DataFrame(found, dtype=object)
    if configs.empty:  # adopted runs have no config
        return configs
    texts = configs.map(lambda value: ABSENT if pd.isna(value) else str(value))
    return texts[texts.nunique(axis="columns") > 1]


def _code(folder: Path) -> dict[str, str]:
    """The digests of the user's own modules that a run used, and Shoal's results version."""
    (record,) = read_runs([folder]).to_dict("records")
    own = {
        f"code of {str(name).removeprefix(CODE)}": str(value)[:8]
        for name, value in record.items()
        if str(name).startswith(CODE) and pd.notna(value)
    }
    version = record.get("results")
    return own if version is None or pd.isna(version) else own | {"results version": str(version)}


def scores(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per test set and protocol: each run's PSNR (dB) and its gain over the first, as text.

    A gain is the mean difference over the pictures that both runs were scored on, with a 95 %
    interval over pictures.
    """
    rows = read_tables(folders, "scores.csv", SCORES)
    lines = []
    for protocol in rows["protocol"].unique():
        tables = [psnr_table([folder], [None], str(protocol)) for folder in folders]
        sets = dict.fromkeys(name for t in tables for name in t.columns.get_level_values(0))
        for name in sets:
            line = {"test set": str(name), "protocol": str(protocol)}
            for number, table in enumerate(tables):
                there = name in table.columns.get_level_values(0)
                psnr = f"{table[name].to_numpy().mean():.2f}" if there else ABSENT
                over = worded(gain(table, tables[0], str(name))) if number else ""
                line[folders[number].name] = f"{psnr} ({over})" if over else psnr
            lines.append(line)
    return pd.DataFrame(lines)


def deaths(folders: Sequence[Path]) -> dict[str, str]:
    """The reason why each collapsed run collapsed, by id; `below bicubic` needs a bicubic run."""
    rows = [
        (str(row["model"]), int(row["scale"]), None, str(row["id"]))
        for row in facts(folders).to_dict("records")
        if pd.notna(row["scale"])
    ]
    return lost(study_of_runs(folders[0].parent, rows, {})) if rows else {}
