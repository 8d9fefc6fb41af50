"""Checks that a finished run's files agree with its record, without building its network."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoal.data.catalog import picture_set
from shoal.data.sets import PictureSet
from shoal.errors import UserError
from shoal.pictures import images
from shoal.runs.folder import RunFolder
from shoal.runs.tables import means


def contradictions(folder: RunFolder, record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the contradictions between a run's files and its record.

    Args:
        folder: the run's folder.
        record: the run's record.

    Raises:
        UserError: a sample can't be read.
        OSError, ValueError, LookupError, TypeError: a file is damaged.
    """
    if record["id"] != folder.id:
        yield f"the record is that of {record['id']}"
    yield from _curve(folder, record)
    if means(folder.rows("scores.csv")) != record["scores"]:
        yield "scores.csv has other means than the record"
    yield from _data(record["data_digests"])
    for sample in sorted(folder.samples.glob("*.png")):
        images.read(sample)


def _curve(folder: RunFolder, record: Mapping[str, Any]) -> Iterator[str]:
    rows = [(float(row["val/psnr"]), int(row["step"])) for row in folder.rows("curve.csv")]
    steps, val = [step for _, step in rows], record["val"]
    if not rows:
        yield "curve.csv is missing"
        return
    if steps != sorted(set(steps)):
        yield "curve.csv has repeated or unordered steps"
    if rows[-1] != (val["final_psnr"], record["steps"]):
        yield "curve.csv doesn't end as the record says"
    if (val["best_psnr"], val["best_step"]) not in rows or max(rows)[0] != val["best_psnr"]:
        yield "curve.csv has another best score than the record says"


def _data(digests: Mapping[str, str]) -> Iterator[str]:
    """Yield the sets whose pictures in the catalogue aren't those that the run used."""
    for name, digest in digests.items():
        found = known(name)
        if found and digest not in (found.digest, found.named):
            yield f"{name} has other pictures in the record than in the catalogue"


def known(name: str) -> PictureSet | None:
    """Return a set of the catalogue; None for a folder of the user's own."""
    try:
        return picture_set(name)
    except UserError:
        return None
