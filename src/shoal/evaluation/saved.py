"""Saved pictures of any method, scored against the HR pictures: `shoal score`.

The protocol `rgb` is defined on saved pictures, so scores equal those that a run records.
`classic` compares a network's rounded luma: a saved grey picture is that luma, and scores are equal
too. An RGB picture only holds the luma of rounded colours: on Set5 and Set14 at x2, x3 and x4 that
moves the mean by up to 0.01 dB for bicubic and 0.03 dB for pictures 6 dB better, and a single
picture by up to 0.08 dB. Opacity is ignored; 16-bit levels are scaled to 0..255. Pictures saved
without the border that is shaved off anyway, as some authors do, score as they would with it.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from shoal.errors import UserError, one_line, unknown
from shoal.evaluation.pairing import Pair, pairs, refuse
from shoal.evaluation.protocols import PROTOCOLS
from shoal.pictures.finding import SUFFIXES
from shoal.pictures.images import read
from shoal.system.files import csv_text, write_whole
from shoal.system.progress import tracked
from shoal.system.screen import screen

COLUMNS = ("image", "psnr", "ssim")
Score = dict[str, Any]


def score(sr: Path, hr: Path, scale: int, protocol: str, pattern: str | None = None) -> list[Score]:
    """Score a picture, or a folder of them.

    Args:
        sr: a picture, or a folder of them.
        hr: the same of HR; it is cropped to the scale.
        scale: an integer >= 2; as many pixels are shaved off each border.
        protocol: a key of `PROTOCOLS`.
        pattern: of the SR pictures' names, as `pairing.pairs` takes it.

    Returns:
        Rows of image (the HR picture's stem), psnr (dB; infinite for equal pictures) and ssim; the
        last one is the `mean`.

    Raises:
        UserError: pictures don't pair, can't be read, or have the wrong size; the message names
            all of them.
    """
    if protocol not in PROTOCOLS:
        raise UserError(unknown("protocol", protocol, PROTOCOLS))
    rows, problems, shaved = [], [], 0
    for pair in tracked(pairs(sr, hr, pattern), f"scoring, {protocol}"):
        try:
            psnr, ssim, bare = _scores(pair, scale, protocol)
        except UserError as error:
            problems.append(str(error))
        else:
            rows.append({"image": pair.hr.stem, "psnr": psnr, "ssim": ssim})
            shaved += bare
    refuse(problems)
    if shaved:
        words = f"{shaved} of {len(rows)} pictures lack the border of {scale} pixels"
        print(f"shoal: {words}, which isn't scored anyway", file=sys.stderr)
    return [*rows, _mean(rows)]


def _scores(pair: Pair, scale: int, protocol: str) -> tuple[float, float, bool]:
    """PSNR, SSIM, and whether the SR picture was saved without the border."""
    sr, hr = read(pair.sr).pixels, read(pair.hr).pixels
    cropped = tuple(size - size % scale for size in hr.shape[:2])
    shaved = sr.shape[:2] == tuple(size - 2 * scale for size in cropped)
    if shaved:
        sr = _framed(sr, scale)
    if sr.shape[:2] != cropped:
        wanted = f"{_size(cropped)} (HR, {_size(hr.shape)}, at scale {scale})"
        raise UserError(f"{pair.sr} is {_size(sr.shape)}, not {wanted}")
    try:
        return *PROTOCOLS[protocol].compare(sr, hr, scale), shaved
    except UserError as error:
        raise UserError(f"{pair.sr}: {error}") from None


def _framed(pixels: NDArray[Any], margin: int) -> NDArray[Any]:
    """Pixels with a border around them; what it holds is irrelevant, since it is shaved off."""
    around = [(margin, margin)] * 2 + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, around, mode="edge")


def _size(shape: Sequence[int]) -> str:
    return f"{shape[1]} x {shape[0]}"


def _mean(rows: Sequence[Score]) -> Score:
    means = {key: sum(row[key] for row in rows) / len(rows) for key in ("psnr", "ssim")}
    return {"image": "mean"} | means


def print_scores(rows: Iterable[Score]) -> None:
    """Print scores as a table, the mean below a line."""
    table = Table("picture", show_footer=True)
    *single, mean = rows
    table.columns[0].overflow, table.columns[0].footer = "fold", "mean"
    for title, key, digits in (("PSNR (dB)", "psnr", 2), ("SSIM", "ssim", 4)):
        table.add_column(title, f"{mean[key]:.{digits}f}", justify="right")
    for row in single:
        table.add_row(one_line(row["image"]), f"{row['psnr']:.2f}", f"{row['ssim']:.4f}")
    screen().print(table)


def write_scores(path: Path, rows: Sequence[Score]) -> None:
    """Write scores as CSV, whole, every digit kept.

    Raises:
        UserError: the file can't be written.
    """
    try:
        write_whole(path, csv_text(COLUMNS, rows))
    except OSError as error:
        raise UserError(f"{path} can't be written: {error.strerror}") from None


def check_target(path: Path) -> None:
    """Refuse a file that can't be written, before minutes of scoring.

    Raises:
        UserError: its folder is missing or not writable, it is a folder itself, or it has a
            picture's suffix.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder: name a file in it")
    if path.suffix.lower() in SUFFIXES:
        raise UserError(f"{path} has a picture's suffix: name a .csv file")
    if not path.parent.is_dir():
        raise UserError(f"{path.parent} is not a folder: make it first")
    if not os.access(path.parent, os.W_OK):
        raise UserError(f"{path.parent} can't be written to: choose another folder")
