"""Runs that findings tell of as run folders again: all of their rows, and no weights."""

import base64
import csv
import io
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoal.errors import UserError, first_line
from shoal.pictures import images
from shoal.runs.folder import RunFolder
from shoal.runs.tables import means

RUN = re.compile(r"\w+-x\d+(-s\d+)?-[0-9a-f]{8}")
CROP = re.compile(r"(?P<name>[\w.-]+) x(?P<scale>\d+)")
PAGE = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
PNG = "data:image/png;base64,"
# Of the study, not of the run; or what a run's state is told by.
APART = ("arm", "state", "reason", "step")
TEXTS = {
    *("id", "model", "data", "budget", "commit", "processor", "accelerator", "precision"),
    *("weights_sha256", "command", "started_at", "finished_at"),
}
TEXT_FAMILIES = ("versions", "data_digests")
KEY = ("arm", "scale", "seed", "id")  # of a row among those of other runs


def adopt(findings: Path, runs: Path) -> Iterator[tuple[str, str]]:
    """Bring in the finished runs of an experiment's folder, so that its grid can go on from them.

    Args:
        findings: e.g. `experiments/ablation`; nothing in it is changed.
        runs: the folder that they come to.

    Yields:
        A run's name, and what happened.

    Raises:
        UserError: it is no folder of findings, a row isn't as it must be, or `runs` can't be
            written.
    """
    try:
        told = _Told(findings)
        runs.mkdir(parents=True, exist_ok=True)
        for row in told.runs:
            yield row["id"], _bring(told, row, RunFolder(runs / row["id"]))
    except (LookupError, ValueError, TypeError) as error:
        raise UserError(f"{findings} doesn't tell of whole runs ({first_line(error)})") from None
    except OSError as error:
        raise UserError(f"{runs} can't take the runs of {findings}: {error}") from None


class _Told:
    """What a folder of findings says of its finished runs, as text."""

    def __init__(self, findings: Path) -> None:
        self.folder = findings
        if not (findings / "runs.csv").is_file():
            raise UserError(
                f"{findings} is no folder of findings: name one, e.g. experiments/ablation"
            )
        self.runs = [row for row in _rows(findings / "runs.csv") if row["state"] == "finished"]
        for row in self.runs:
            if not RUN.fullmatch(row["id"]):
                raise UserError(f"{findings / 'runs.csv'} has a run named {row['id']!r}")
        self.scores, self.curves = (
            _by_run(findings / name) for name in ("scores.csv", "curves.csv")
        )
        crops = _crops(findings / "index.html")
        first = {(row["arm"], row["scale"]): row["id"] for row in reversed(self.runs)}
        self.crops = {first[cell]: files for cell, files in crops.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def _by_run(path: Path) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in _rows(path):
        found[row["id"]].append({key: text for key, text in row.items() if key not in KEY})
    return dict(found)


def _crops(page: Path) -> dict[tuple[str, str], dict[str, bytes]]:
    """Files of samples by arm and scale: the page shows each arm's first run."""
    found: dict[tuple[str, str], dict[str, bytes]] = defaultdict(dict)
    there = PAGE.search(page.read_text()) if page.is_file() else None
    for picture in json.loads(there[1])["pictures"] if there else ():
        title = CROP.fullmatch(picture["title"])
        if title is None:
            raise UserError(f"{page} has a picture named {picture['title']!r}")
        shared = {"hr": picture["images"].pop("HR"), "bicubic": picture["bicubic"]}
        for arm, own in picture["images"].items():
            for kind, link in (shared | {"sr": own}).items():
                content = base64.b64decode(link.removeprefix(PNG), validate=True)
                found[arm, title["scale"]][f"{title['name']}-{kind}.png"] = content
    return found


def _bring(told: _Told, row: Mapping[str, str], ours: RunFolder) -> str:
    if ours.finished:
        return "kept: finished here"
    if ours.path.exists():
        return f"left: it is {ours.status().get('state', 'begun')} here"
    # Whole or not at all.
    with tempfile.TemporaryDirectory(dir=ours.path.parent, prefix=".adopting-") as beside:
        run = RunFolder(Path(beside) / ours.id)
        run.path.mkdir()
        _write(told, row, run)
        run.path.rename(ours.path)
    return "adopted"


def _write(told: _Told, row: Mapping[str, str], run: RunFolder) -> None:
    record, scores, curve = _record(row), told.scores[run.id], told.curves[run.id]
    run.write_rows("scores.csv", list(scores[0]), scores)
    run.write_rows("curve.csv", list(curve[0]), curve)
    _write_samples(run, told.crops.get(run.id, {}))
    run.set_status("finished", step=record["steps"], adopted_from=told.folder.name)
    run.write_json("record.json", record | {"scores": means(scores)})


def _write_samples(run: RunFolder, crops: Mapping[str, bytes]) -> None:
    for name, content in crops.items():
        run.samples.mkdir(exist_ok=True)
        run.write(f"samples/{name}", content)
        images.read(run.samples / name)


def _record(row: Mapping[str, str]) -> dict[str, Any]:
    """The record that a row of `runs.csv` was: a tree again, without its scores."""
    record: dict[str, Any] = {}
    for column, text in row.items():
        family, _, key = column.partition("/")
        if column in APART or (key and not text):
            continue  # one run's test set is no fact of another run
        value = _value(column, text)
        if key:
            record.setdefault(family, {})[key] = value
        else:
            record[family] = value
    return record


def _value(column: str, text: str) -> Any:
    if not text:
        return None
    if column in TEXTS or column.partition("/")[0] in TEXT_FAMILIES:
        return text  # a digest may look like a number
    if text in ("True", "False"):
        return text == "True"
    return int(text) if text.lstrip("-").isdigit() else float(text)
