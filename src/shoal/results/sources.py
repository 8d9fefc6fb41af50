"""Where numbers come from: finished runs, and findings that answer for runs that are gone."""

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

# Columns of runs.csv without which a row leads to no cell.
CELL = ["id", "state", "arm", "model", "scale", "command"]


class Source(NamedTuple):
    """Finished runs of one place.

    Attributes:
        runs: all values as text: a row per run and place in an experiment (`where`, `arm`).
        scores: of these, picture by picture.
        studies: reads the study of a `where`, which takes a while; runs of none have none.
    """

    runs: pd.DataFrame
    scores: pd.DataFrame
    studies: Mapping[str, Callable[[], Study]]


class Cell(NamedTuple):
    """An arm of an experiment, or runs that no experiment names: finished, and scored on a set."""

    where: str
    arm: str
    runs: pd.DataFrame
    scores: pd.DataFrame
    study: Callable[[], Study] | None

    @property
    def key(self) -> tuple[str, ...]:
        """Equal where the same runs stand at the same place."""
        return (self.where, self.arm, *sorted(self.runs["id"]))

    @property
    def age(self) -> tuple[bool, str]:
        """Whether they are real trainings, and when the last one finished (ISO 8601)."""
        rows, none = self.runs[self.runs["id"].isin(self.scores["id"])], pd.Series(dtype=object)
        trial = rows.get("budget", none).eq("smoke").any()
        finished = rows.get("finished_at", none)
        return not trial, str(finished.max()) if len(finished) else ""

    @property
    def lost(self) -> Mapping[str, str]:
        """Why each run of its study that collapsed did, by its id."""
        reasons = collapsed(self.study()).items() if self.study else ()
        return {str(name): str(why) for name, why in reasons}


def cells(source: Source, model: str, dataset: str, scale: int) -> Iterator[Cell]:
    """The cells of a model, or of arms of that label, that have scores on a test set.

    Args:
        source: of finished runs.
        model: a model's name or an arm's label.
        dataset: a test set's name in any case.
        scale: of the enlargement.
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
    """The rows of the finished runs of a folder: of each experiment that names them, or of none.

    Args:
        runs: the folder.
        experiment: whose rows alone, by its name or the folder of its findings.
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
    # Runs of no experiment belong to one cell where their commands differ in nothing but the seed.
    alone = rows["command"].map(lambda text: re.sub(r"\s+seed=\S+", "", text))
    rows["where"] = rows["where"].fillna("no experiment: " + alone)
    rows["arm"] = rows["arm"].fillna(rows["model"])
    for name in ("scale", "seed"):
        rows[name] = rows.get(f"_{name}", "")
    studies = {where: partial(read, path) for where, (path, _) in newest.items()}
    return Source(rows, read_tables(folders, "scores.csv", SCORES), studies)


def from_findings(experiments: Iterable[Path], experiment: str | None = None) -> Iterator[Source]:
    """The rows that each folder of findings keeps, of the same columns.

    Args:
        experiments: folders of findings.
        experiment: as above.
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
