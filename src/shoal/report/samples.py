"""Crops of test pictures: what each arm made of them, beside bicubic and the original."""

import math
from dataclasses import dataclass
from pathlib import Path

import matplotlib.image as mpimg
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from shoal.report.style import DPI
from shoal.results import Study

MOST = 4  # pictures: what one looks at
ZOOM = 2  # whole screen pixels per picture pixel, so that none is blurred or doubled
GAP, HEAD, SIDE = 6, 26, 12  # pixels
ACROSS, DOWN = 8, 12  # images beside and below each other: what a page shows


@dataclass(frozen=True)
class Crop:
    """One picture's crop.

    Attributes:
        name: data set and picture, e.g. `Set5-butterfly`.
        sr: file by arm, in the order of the table; of each arm's first finished run.
        psnr: of the whole picture (dB) by that run, and of `bicubic` where it has been scored.
    """

    name: str
    scale: int
    hr: Path
    bicubic: Path
    sr: dict[str, Path]
    psnr: dict[str, float]


def crops(study: Study) -> list[Crop]:
    """The crops that the study's runs left, at most `MOST` per scale."""
    found = []
    for scale in study.scales:
        runs = study.finished[study.finished["scale"] == scale].drop_duplicates("arm")
        trained = runs[runs["steps"] > 0].set_index("arm")["id"].to_dict()
        folders = {str(arm): study.root / name / "samples" for arm, name in trained.items()}
        names = sorted({p.name[:-7] for f in folders.values() for p in f.glob("*-sr.png")})
        psnr = _psnr(study, runs["id"].tolist())
        found += [_crop(name, scale, folders, psnr.get(name, {})) for name in names[:MOST]]
    return [crop for crop in found if crop.hr.is_file() and crop.bicubic.is_file()]


def _crop(name: str, scale: int, folders: dict[str, Path], psnr: dict[str, float]) -> Crop:
    files = {arm: folder / f"{name}-sr.png" for arm, folder in folders.items()}
    sr = {arm: path for arm, path in files.items() if path.is_file()}
    beside = next(iter(sr.values())).parent
    return Crop(name, scale, beside / f"{name}-hr.png", beside / f"{name}-bicubic.png", sr, psnr)


def _psnr(study: Study, ids: list[str]) -> dict[str, dict[str, float]]:
    rows = study.scores[study.scores["id"].isin(ids) & (study.scores["protocol"] == study.protocol)]
    rows = rows.assign(name=rows["dataset"] + "-" + rows["image"])
    return {
        str(name): dict(zip(part["arm"], part["psnr"], strict=True))
        for name, part in rows.groupby("name")
    }


def samples_figure(found: list[Crop]) -> Figure | None:
    """A row per crop, or more where it is long: the original, bicubic, each arm.

    Args:
        found: the crops; of each scale the first few, where all would make many rows.

    Returns:
        None where there are no crops.
    """
    if not found:
        return None
    names = list(dict.fromkeys(["HR", "bicubic", *(arm for crop in found for arm in crop.sr)]))
    lines = math.ceil(len(names) / ACROSS)  # of one crop
    across = math.ceil(len(names) / lines)
    cells = []
    for i, crop in enumerate(_few(found, lines)):
        for name, path in ({"HR": crop.hr, "bicubic": crop.bicubic} | crop.sr).items():
            line, column = divmod(names.index(name), across)
            cells.append((lines * i + line, column, _title(crop, name), _enlarged(path)))
    return _sheet(cells)


def _sheet(cells: list[tuple[int, int, str, NDArray[np.float32]]]) -> Figure:
    """Images with titles at their rows and columns."""
    rows, columns = (max(places) + 1 for places in zip(*(cell[:2] for cell in cells), strict=True))
    tall, wide = np.max([image.shape for *_, image in cells], axis=0)
    width = SIDE + columns * (wide + GAP)
    height = SIDE + rows * (tall + HEAD)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    for row, column, title, image in cells:
        left, top = SIDE + column * (wide + GAP), height - row * (tall + HEAD) - HEAD
        figure.figimage(image, left, top - image.shape[0], cmap="gray", vmin=0, vmax=1)
        figure.text(left / width, (top + GAP) / height, title, fontsize=6, va="bottom")
    return figure


def _few(found: list[Crop], lines: int) -> list[Crop]:
    """As many crops of each scale as make `DOWN` rows together; one at least."""
    scales = dict.fromkeys(crop.scale for crop in found)
    most = max(1, DOWN // (lines * len(scales)))
    return [crop for s in scales for crop in [c for c in found if c.scale == s][:most]]


def _enlarged(path: Path) -> NDArray[np.float32]:
    """Each pixel as ZOOM x ZOOM of them; grey, in [0, 1]."""
    return np.kron(mpimg.imread(path), np.ones((ZOOM, ZOOM), np.float32))


def _title(crop: Crop, name: str) -> str:
    if name == "HR":
        return f"{crop.name} x{crop.scale}"
    return f"{name}  {crop.psnr[name]:.2f} dB" if name in crop.psnr else name
