"""Crops of test pictures: what each arm made of them, beside bicubic and the original."""

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
    """A row per crop: the original, bicubic, each arm; None where there are no crops."""
    if not found:
        return None
    rows = [{"HR": crop.hr, "bicubic": crop.bicubic} | crop.sr for crop in found]
    images = [{name: _enlarged(path) for name, path in row.items()} for row in rows]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    tall, wide = np.max([image.shape for row in images for image in row.values()], axis=0)
    width = SIDE + len(columns) * (wide + GAP)
    height = SIDE + len(rows) * (tall + HEAD)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    for i, (crop, row) in enumerate(zip(found, images, strict=True)):
        top = height - i * (tall + HEAD) - HEAD
        for name, image in row.items():
            left = SIDE + columns.index(name) * (wide + GAP)
            figure.figimage(image, left, top - image.shape[0], cmap="gray", vmin=0, vmax=1)
            place = (left / width, (top + GAP) / height)
            figure.text(*place, _title(crop, name), fontsize=6, va="bottom")
    return figure


def _enlarged(path: Path) -> NDArray[np.float32]:
    """Each pixel as ZOOM x ZOOM of them; grey, in [0, 1]."""
    return np.kron(mpimg.imread(path), np.ones((ZOOM, ZOOM), np.float32))


def _title(crop: Crop, name: str) -> str:
    if name == "HR":
        return f"{crop.name} x{crop.scale}"
    return f"{name}  {crop.psnr[name]:.2f} dB" if name in crop.psnr else name
