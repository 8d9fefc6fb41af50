"""Verifies a capsule: its files, its metadata, and that run ids match the configs."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shoal.capsule import archive, code, configs, contents
from shoal.capsule.crate import METADATA, Crate
from shoal.errors import UserError, first_line
from shoal.runs.findings import ROWS
from shoal.runs.identity import RESULTS

NEEDED = {
    *("README.md", "LICENSE", "constraints.txt", "data.csv"),
    *(f"{contents.FINDINGS}/{name}" for name in ROWS),
}
SUFFIXES = {"configs": ".yaml", "weights": ".safetensors"}  # a file of each run
FOLDERS = {*SUFFIXES, contents.FINDINGS, code.FOLDER}


class Checked(NamedTuple):
    """The contents of a verified capsule.

    Attributes:
        files: the number of files.
        runs: the number of runs.
        older: the number of runs with an older results version, whose ids can't be checked.
        lacking: the modules and packages whose code the study needs and the capsule lacks.
    """

    files: int
    runs: int
    older: int
    lacking: list[str]


def check(path: Path) -> Checked:
    """Verify a capsule without extracting anything or running any of its code.

    Raises:
        UserError: with the first fault that is found.
    """
    files = archive.read(path)
    for found in _faults(files):
        raise UserError(f"{path}: {found}: pack it anew")
    rows = contents.rows_of(files[contents.RUNS])
    ids = {row["id"]: row["results"] for row in rows}
    older = sum(results != str(RESULTS) for results in ids.values())
    return Checked(len(files), len(ids), older, code.lacking(rows, files))


def _faults(files: dict[str, bytes]) -> Iterator[str]:
    if METADATA not in files:
        yield f"there is no {METADATA}"
        return
    try:
        crate = Crate(files[METADATA])
        yield from _parts(crate, files)
        rows = contents.rows_of(files[contents.RUNS])
        study = json.loads(files[contents.STUDY])
        if study["command"] != crate.command:
            yield "the command isn't the study's"
        if files["data.csv"] != contents.data_table(rows):
            yield "data.csv has other digests than the rows"
        yield from _runs(rows, files)
    except UserError as error:
        yield str(error)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        yield f"a file is damaged ({first_line(error)})"


def _parts(crate: Crate, files: dict[str, bytes]) -> Iterator[str]:
    listed, there = set(crate.parts), set(files) - {METADATA}
    for name in sorted((listed | NEEDED) - there):
        yield f"{name} is missing"
    for name in sorted(there - listed):
        yield f"{name} is not listed"
    if crate.license != "LICENSE":
        yield f"the licence is said to be {crate.license!r}"
    for name in crate.parts:
        if len(files[name]) != crate.sizes[name]:
            yield f"{name} has another size than is listed"
        if hashlib.sha256(files[name]).hexdigest() != crate.digests[name]:
            yield f"{name} has another digest than is listed"


def _runs(rows: list[dict[str, str]], files: dict[str, bytes]) -> Iterator[str]:
    known = {row["id"]: row for row in rows}
    for name in files:
        folder, slash, rest = name.partition("/")
        run, dot, suffix = rest.rpartition(".")
        if (
            folder in SUFFIXES
            and slash
            and (run not in known or f"{dot}{suffix}" != SUFFIXES[folder])
        ):
            yield f"{name} is of no run"
        elif name not in NEEDED | {METADATA} and folder not in FOLDERS:
            yield f"{name} is no part of a capsule"
    yield from code.faults(rows, files)
    for run, row in known.items():
        config = files.get(f"configs/{run}.yaml")
        if config is None:
            yield f"the config of {run} is missing"
        elif said := configs.fault(config.decode(), row):
            yield said
        weights = files.get(f"weights/{run}.safetensors")
        if weights is not None and hashlib.sha256(weights).hexdigest() != row["weights_sha256"]:
            yield f"the weights of {run} are not those it was recorded with"
