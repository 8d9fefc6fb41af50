"""Turns the runs of committed findings into run folders again: all rows, but no weights."""

import csv
import io
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoal.errors import UserError, first_line
from shoal.pictures.images import write_png
from shoal.runs.findings import CURVES, RUNS, SCORES, not_findings, place
from shoal.runs.folder import RunFolder
from shoal.runs.sheet import Grey, cut
from shoal.runs.tables import means
from shoal.runs.values import value

RUN = re.compile(r"\w+-x\d+(-s\d+)?-[0-9a-f]{8}")
# Columns of `runs.csv` that no record has: they belong to the study, or to the run's status.
APART = ("arm", "state", "reason", "step")
KEY = ("arm", "scale", "seed", "id")  # columns that assign a row of a study to its run


def adopt(findings: Path, runs: Path) -> Iterator[tuple[str, str]]:
    """Make the finished runs of a folder of findings into runs, so that a grid can build on them.

    Args:
        findings: e.g. `experiments/ablation/t91-x3-standard`; nothing in it is changed.
        runs: the folder of runs that gets them.

    Yields:
        A run's id, and what happened to it.

    Raises:
        UserError: `findings` is no folder of findings, it is damaged, or `runs` can't be written.
    """
    try:
        kept = _Findings(findings)
        runs.mkdir(parents=True, exist_ok=True)
        for row in kept.runs:
            yield row["id"], _bring(kept, row, RunFolder(runs / row["id"]))
    except (LookupError, ValueError, TypeError, csv.Error) as error:
        raise UserError(f"{findings} doesn't tell of whole runs ({first_line(error)})") from None
    except OSError as error:
        raise UserError(f"{runs} can't take the runs of {findings}: {error}") from None


class _Findings:
    """What a folder of findings says about its finished runs, as text."""

    def __init__(self, findings: Path) -> None:
        self.name = place(findings)
        if not (findings / RUNS).is_file():
            raise not_findings(findings)
        self.runs = [row for row in _rows(findings / RUNS) if row["state"] == "finished"]
        for row in self.runs:
            if not RUN.fullmatch(row["id"]):
                raise UserError(f"{findings / RUNS} has a run named {row['id']!r}")
        self.scores, self.curves = (_by_run(findings / name) for name in (SCORES, CURVES))
        crops = _crops(findings)
        first = {(row["arm"], row["scale"]): row["id"] for row in reversed(self.runs)}
        self.crops = {first[cell]: files for cell, files in crops.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def _by_run(path: Path) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in _rows(path):
        found[row["id"]].append({key: text for key, text in row.items() if key not in KEY})
    return dict(found)


def _crops(findings: Path) -> dict[tuple[str, str], dict[str, Grey]]:
    """Return files of samples by arm and scale; the sheet shows each arm's first run."""
    shared: dict[tuple[str, int], dict[str, Grey]] = defaultdict(dict)
    found: dict[tuple[str, str], dict[str, Grey]] = defaultdict(dict)
    tiles = cut(findings)
    for tile in tiles:
        if not tile.arm:
            shared[tile.picture, tile.scale][f"{tile.picture}-{tile.kind}.png"] = tile.pixels
    for tile in tiles:
        if tile.arm:
            own = {f"{tile.picture}-sr.png": tile.pixels}
            found[tile.arm, str(tile.scale)] |= shared[tile.picture, tile.scale] | own
    return found


def _bring(kept: _Findings, row: Mapping[str, str], ours: RunFolder) -> str:
    if ours.finished:
        return "kept: finished here"
    if ours.path.exists():
        return f"left: it is {ours.status().get('state', 'begun')} here"
    # Written beside and then renamed, so that the folder appears whole or not at all.
    with tempfile.TemporaryDirectory(dir=ours.path.parent, prefix=".adopting-") as beside:
        run = RunFolder(Path(beside) / ours.id)
        run.path.mkdir()
        _write(kept, row, run)
        run.path.rename(ours.path)
    return "adopted"


def _write(kept: _Findings, row: Mapping[str, str], run: RunFolder) -> None:
    record, scores, curve = _record(row), kept.scores[run.id], kept.curves[run.id]
    run.write_rows("scores.csv", list(scores[0]), scores)
    run.write_rows("curve.csv", list(curve[0]), curve)
    _write_samples(run, kept.crops.get(run.id, {}))
    run.set_status("finished", step=record["steps"], adopted_from=kept.name)
    run.write_json("record.json", record | {"scores": means(scores)})


def _write_samples(run: RunFolder, crops: Mapping[str, Grey]) -> None:
    for name, pixels in crops.items():
        run.samples.mkdir(exist_ok=True)
        write_png(run.samples / name, pixels)


def _record(row: Mapping[str, str]) -> dict[str, Any]:
    """Rebuild a record, without its scores, from a row of `runs.csv`."""
    record: dict[str, Any] = {}
    for column, text in row.items():
        family, _, key = column.partition("/")
        if column in APART or (key and not text):
            continue  # an empty cell below a family is a key that only other runs have
        fact = value(column, text)
        if key:
            record.setdefault(family, {})[key] = fact
        else:
            record[family] = fact
    return record
