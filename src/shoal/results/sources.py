"""The sources of numbers: finished runs, and findings, which document runs that are gone."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from shoal.errors import UserError, first_line
from shoal.results.collapse import collapsed
from shoal.results.issued import grids, read, read_grid
from shoal.results.kept import read_kept
from shoal.results.outdated import made_by
from shoal.results.rows import parsed, read_runs, read_tables
from shoal.results.study import Study
from shoal.runs import findings
from shoal.runs.tables import SCORES

# The columns of runs.csv that assign a row to a cell.
CELL = ["id", "state", "arm", "model", "scale", "command"]


class Source(NamedTuple):
    """The finished runs of a folder of runs, or of a folder of findings.

    Attributes:
        runs: a row for each run and each place (`where`, `arm`) that it has in an experiment; all
            values are text.
        scores: their scores, picture by picture.
        studies: functions that read the study of a `where`, which takes a while; runs of no
            experiment have none.
    """

    runs: pd.DataFrame
    scores: pd.DataFrame
    studies: Mapping[str, Callable[[], Study]]


class Cell(NamedTuple):
    """The finished runs of an arm, or runs of no experiment, with their scores on a test set."""

    where: str
    arm: str
    runs: pd.DataFrame
    scores: pd.DataFrame
    study: Callable[[], Study] | None

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for cells with the same runs at the same place."""
        return (self.where, self.arm, *sorted(self.runs["id"]))

    @property
    def age(self) -> tuple[bool, str]:
        """For sorting: whether it is no short trial, and when the last run finished (ISO 8601)."""
        rows, none = self.runs[self.runs["id"].isin(self.scores["id"])], pd.Series(dtype=object)
        trial = rows.get("budget", none).eq("smoke").any()
        finished = rows.get("finished_at", none)
        return not trial, str(finished.max()) if len(finished) else ""

    @property
    def lost(self) -> Mapping[str, str]:
        """The reason why each collapsed run of its study collapsed, by run id."""
        reasons = collapsed(self.study()).items() if self.study else ()
        return {str(name): str(why) for name, why in reasons}


def cells(source: Source, model: str, dataset: str, scale: int) -> Iterator[Cell]:
    """The cells of a model, or of arms with that label, that have scores on a test set.

    Args:
        source: finished runs.
        model: a model's name or an arm's label.
        dataset: a test set's name; case is ignored.
        scale: the enlargement factor.
    """
    rows, scores, studies = source
    rows = rows[(rows["arm"].eq(model) | rows["model"].eq(model)) & rows["scale"].eq(str(scale))]
    scores = scores[scores["dataset"].str.casefold().eq(dataset.casefold())]
    by = rows.groupby([rows["where"], rows["arm"], made_by(rows)], sort=False)
    for (where, arm, _), part in by:
        named = scores[scores["id"].isin(part["id"])]
        if len(named):
            yield Cell(str(where), str(arm), part, named, studies.get(str(where)))


def from_runs(runs: Path, experiment: str | None = None) -> Source:
    """The finished runs of a folder, with each experiment that contains them, or with none.

    Args:
        runs: the folder.
        experiment: restricts them to one experiment: its name, or the folder of its findings.
    """
    folders = sorted(path.parent for path in runs.glob("*/record.json"))
    records = _strings(read_runs(folders).rename(columns={"scale": "_scale", "seed": "_seed"}))
    found = [(path, read_grid(path)) for path in grids(runs)]
    newest = {
        f"experiment {grid['folder']}": (path, grid)
        for path, grid in found
        if _is_of(grid["folder"], experiment)
    }
    cited = [
        {"where": where, "id": row["id"], "arm": row["arm"]}
        for where, (_, grid) in newest.items()
        for row in grid["runs"]
    ]
    places = pd.DataFrame(cited, columns=["where", "id", "arm"])
    rows = records.merge(places, on="id", how="left" if experiment is None else "inner")
    # Runs of no experiment share a cell if their commands differ only in the seed.
    alone = rows["command"].map(lambda text: re.sub(r"\s+seed=\S+", "", text))
    rows["where"] = rows["where"].fillna("no experiment: " + alone)
    rows["arm"] = rows["arm"].fillna(rows["model"])
    for name in ("scale", "seed"):
        rows[name] = rows.get(f"_{name}", "")
    studies = {where: partial(read, path) for where, (path, _) in newest.items()}
    return Source(rows, read_tables(folders, "scores.csv", SCORES), studies)


def from_findings(experiments: Iterable[Path], experiment: str | None = None) -> Iterator[Source]:
    """The rows that each folder of findings keeps, with the same columns.

    Args:
        experiments: folders that hold findings, at any depth.
        experiment: as for `from_runs`.

    Raises:
        UserError: the rows of a folder are damaged.
    """
    for path in (path for folder in experiments for path in sorted(folder.rglob(findings.RUNS))):
        asked = _is_of(findings.place(path.parent), experiment)
        if not asked or not path.with_name(findings.SCORES).is_file():
            continue
        rows, scores = _kept_rows(path.parent)
        rows["where"] = where = f"experiment {findings.place(path.parent)}"
        kept = path.with_name(findings.STUDY).is_file()
        studies = {where: partial(read_kept, path.parent)} if kept else {}
        yield Source(rows, scores, studies)


def _kept_rows(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The finished runs and the scores that a folder of findings keeps."""
    try:
        rows = pd.read_csv(folder / findings.RUNS, dtype=str, keep_default_na=False)
        scores = parsed((folder / findings.SCORES).read_bytes().decode())
        rows[CELL], scores[["id", "dataset", "protocol"]]
        return rows[rows["state"] == "finished"].copy(), scores
    except (ValueError, LookupError) as error:
        said = f"runs.csv or scores.csv is damaged, {first_line(error)}"
        raise UserError(f"{folder} is no folder of findings ({said}): restore it") from None


def _is_of(folder: str, experiment: str | None) -> bool:
    """Whether findings are those asked for: `ablation/t91-x3-standard` of `ablation`, or itself."""
    return experiment in (None, folder, folder.partition("/")[0])


def _strings(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype("string").fillna("").astype(object)
