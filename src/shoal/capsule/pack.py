"""Writes the capsule of a folder of findings."""

import hashlib
import json
import zipfile
from pathlib import Path

import shoal
from shoal.capsule import archive, code, configs, contents
from shoal.capsule.crate import METADATA, metadata
from shoal.errors import UserError, first_line
from shoal.grid.composing import composer
from shoal.runs.findings import STUDY, not_findings, place
from shoal.system.files import asked_for

LARGEST_WEIGHTS = 64 << 20  # bytes, of one network


def pack(findings: Path, out: Path, runs: Path, conf: Path, *, weights: bool) -> list[str]:
    """Write a study's capsule; the same findings give the same bytes.

    Args:
        findings: `experiments/<question>/<data>-x<scale>-<budget>`.
        out: the archive to write.
        runs: the folder in which its runs may still be.
        conf: Hydra's folder of configs.
        weights: also pack the weights of runs that are still in `runs`.

    Returns:
        the names of the files in it.

    Raises:
        UserError: `findings` is no folder of findings, a run's config is missing or doesn't match
            its id, weights are missing or not the recorded ones, or `out` can't be written.
    """
    files = _findings(findings)
    try:
        study = json.loads(files[contents.STUDY])
        rows = contents.rows_of(files[contents.RUNS])
        told = {key: str(study[key]) for key in ("question", "command")}
        dates = [row["finished_at"] for row in rows]
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(f"{findings} is no folder of findings ({first_line(error)})") from None
    if not rows:
        raise UserError(f"{findings} has no finished run: there is nothing to pack")
    name = place(findings)
    files |= _configs(rows, runs, conf)
    files |= _weights(rows, runs) if weights else {}
    files |= code.sources(rows)
    lacks = contents.lacks(told["command"], code.lacking(rows, files), rows)
    files |= {
        "README.md": contents.readme(name, told["question"], told["command"], rows, lacks),
        "data.csv": contents.data_table(rows),
        "constraints.txt": contents.lock(_shipped("constraints.txt").decode(), rows),
        "LICENSE": _shipped("LICENSE"),
    }
    files = dict(sorted(files.items()))
    date = max(dates)
    about = metadata(files, name=name, date=date, version=shoal.__version__, **told)
    with asked_for(out) as file, zipfile.ZipFile(file, "w") as packed:
        archive.write(packed, {METADATA: about} | files)
    return [METADATA, *files]


def _findings(folder: Path) -> dict[str, bytes]:
    if not (folder / STUDY).is_file():
        raise not_findings(folder)
    found = {}
    for path in sorted(folder.iterdir()):
        name = f"{contents.FINDINGS}/{path.name}"
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.is_symlink() or archive.name_fault(name):
            raise UserError(f"{path} can't be packed: it is a link, or has an unsafe name")
        found[name] = path.read_bytes()
    return found


def _configs(rows: list[dict[str, str]], runs: Path, conf: Path) -> dict[str, bytes]:
    found = {}
    with composer(conf):
        for row in {row["id"]: row for row in rows}.values():
            text = configs.config_of(row, runs)
            if said := configs.fault(text, row):
                raise UserError(f"{said}: name the folder of its runs, --runs DIR")
            found[f"configs/{row['id']}.yaml"] = text.encode()
    return found


def _weights(rows: list[dict[str, str]], runs: Path) -> dict[str, bytes]:
    found = {}
    for row in rows:
        path = runs / row["id"] / "weights.safetensors"
        if not row["weights_sha256"] or not path.is_file():
            continue
        if path.stat().st_size > LARGEST_WEIGHTS:
            raise UserError(
                f"{path} is larger than {LARGEST_WEIGHTS >> 20} MiB: leave --weights out"
            )
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != row["weights_sha256"]:
            raise UserError(f"{path} has other bytes than {row['id']} was recorded with")
        found[f"weights/{row['id']}.safetensors"] = content
    if not found:
        raise UserError(f"{runs} has no weights of these runs: --runs DIR, or leave --weights out")
    return found


def _shipped(name: str) -> bytes:
    """A file from the top of the checkout; an installed package contains a copy."""
    inside = Path(shoal.__file__).parent
    place = inside / name
    return (place if place.is_file() else inside.parents[1] / name).read_bytes()
