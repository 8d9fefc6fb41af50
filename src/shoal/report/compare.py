"""Some runs beside each other: what differs in their configs, their scores, which collapsed."""

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
    """The folders of runs that are named by their ids, or by how these or their digests begin.

    Raises:
        UserError: a name is no run's, or several runs'; or fewer than two are named.
    """
    folders = [_one(runs, name) for name in names]
    if len(set(folders)) < 2:
        raise UserError(f"{' '.join(names)}: name two runs or more, as `shoal runs list` has them")
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
    raise UserError(f"{name} is no run in {runs}: `shoal runs list --runs {runs}` has them")


def _is_named(id: str, name: str) -> bool:
    return id.startswith(name) or id.rpartition("-")[2].startswith(name)


def differences(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per value of the configs, or module of code, that isn't the same in all runs.

    Returns:
        a column per run; code by the beginning of its digest.
    """
    found = {folder.name: config_facts(folder) | _code(folder) for folder in folders}
    configs = pd.DataFrame(found, dtype=object)
    if configs.empty:  # adopted runs have no config
        return configs
    texts = configs.map(lambda value: ABSENT if pd.isna(value) else str(value))
    return texts[texts.nunique(axis="columns") > 1]


def _code(folder: Path) -> dict[str, str]:
    """The user's own modules that a run was made of, and the version of ours."""
    (record,) = read_runs([folder]).to_dict("records")
    own = {
        f"code of {str(name).removeprefix(CODE)}": str(value)[:8]
        for name, value in record.items()
        if str(name).startswith(CODE) and pd.notna(value)
    }
    version = record.get("results")
    return own if version is None or pd.isna(version) else own | {"results version": str(version)}


def scores(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per test set and protocol: PSNR (dB) of each run, gains over the first, as text.

    A gain is the mean difference over the pictures that both were scored on, with its 95 % interval
    over pictures.
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
    """Why each run that collapsed did, by its id; below bicubic only where that is among them."""
    rows = [
        (str(row["model"]), int(row["scale"]), None, str(row["id"]))
        for row in facts(folders).to_dict("records")
        if pd.notna(row["scale"])
    ]
    return lost(study_of_runs(folders[0].parent, rows, {})) if rows else {}
