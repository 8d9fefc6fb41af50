"""Crops of test pictures: each arm's result beside bicubic and the original."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from shoal.results import Study
from shoal.runs.kind import Kind
from shoal.runs.sheet import Grey, Tile, cut, read_crop

MOST = 4  # pictures of one scale: more of them nobody looks at
ACROSS, DOWN = 8, 12  # columns and rows of crops that fit on a page


@dataclass(frozen=True)
class Crop:
    """One picture's crop, as grey levels `(H, W)`.

    Attributes:
        name: data set and picture, e.g. `Set5-butterfly`.
        sr: by arm, in the order of the table; of each arm's first finished run.
        psnr: of the whole picture (dB) by that run, and of `bicubic` where it has been scored.
    """

    name: str
    scale: int
    hr: Grey
    bicubic: Grey
    sr: dict[str, Grey]
    psnr: dict[str, float]


def lines(arms: int) -> int:
    """The number of rows that one picture takes on the sheet: HR, bicubic and each arm."""
    return math.ceil((arms + 2) / ACROSS)


def crops(study: Study) -> list[Crop]:
    """The crops that a study's runs left: of each scale, as many pictures as fit on a page."""
    return _whole(study, [tile for scale in study.scales for tile in _of_runs(study, scale)])


def kept_crops(study: Study) -> list[Crop]:
    """The crops that a folder of findings holds.

    Args:
        study: whose root is that folder.

    Raises:
        UserError: they are damaged.
    """
    return _whole(study, cut(study.root))


def _of_runs(study: Study, scale: int) -> Iterable[Tile]:
    """The crops of each learning arm's first finished run."""
    runs = study.finished[study.finished["scale"] == scale].drop_duplicates("arm")
    learnt = runs[runs["kind"] != Kind.UNTRAINED].set_index("arm")["id"].to_dict()
    folders = {str(arm): study.root / name / "samples" for arm, name in learnt.items()}
    names = sorted({path.name[:-7] for f in folders.values() for path in f.glob("*-sr.png")})
    few = max(1, DOWN // (lines(len(folders)) * len(study.scales))) if folders else 0
    for name in names[: min(few, MOST)]:
        there = {arm: f for arm, f in folders.items() if (f / f"{name}-sr.png").is_file()}
        beside = next(iter(there.values()))
        shared = {kind: beside / f"{name}-{kind}.png" for kind in ("hr", "bicubic")}
        if all(path.is_file() for path in shared.values()):
            for kind, path in shared.items():
                yield Tile(name, scale, kind, "", read_crop(path))
            for arm, folder in there.items():
                yield Tile(name, scale, "sr", arm, read_crop(folder / f"{name}-sr.png"))


def _whole(study: Study, tiles: Iterable[Tile]) -> list[Crop]:
    """Tiles grouped by picture, with the scores of the whole pictures."""
    together: dict[tuple[int, str], list[Tile]] = {}
    for tile in tiles:
        together.setdefault((tile.scale, tile.picture), []).append(tile)
    found = []
    for (scale, name), parts in together.items():
        shared = {tile.kind: tile.pixels for tile in parts if not tile.arm}
        own = {tile.arm: tile.pixels for tile in parts if tile.arm}
        sr = {arm: own[arm] for arm in study.arms if arm in own}
        psnr = _psnr(study, scale).get(name, {})
        found.append(Crop(name, scale, shared["hr"], shared["bicubic"], sr, psnr))
    return found


def _psnr(study: Study, scale: int) -> dict[str, dict[str, float]]:
    """PSNR (dB) by picture and arm, of each arm's first finished run."""
    runs = study.finished[study.finished["scale"] == scale].drop_duplicates("arm")
    rows = study.scores[
        study.scores["id"].isin(runs["id"]) & (study.scores["protocol"] == study.protocol)
    ]
    rows = rows.assign(name=rows["dataset"] + "-" + rows["image"])
    return {
        str(name): dict(zip(part["arm"], part["psnr"], strict=True))
        for name, part in rows.groupby("name")
    }
