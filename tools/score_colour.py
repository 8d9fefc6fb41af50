"""Scores all three channels of enlarged colour pictures: what does bicubic chroma cost?

python tools/score_colour.py 2 luma=runs/<run> rgb=runs/<run>   # from the root of the project

Arms are runs of the scale, of luma or of RGB, beside bicubic; equal names are seeds of one arm. Of
what `shoal upscale` makes of Set14's colour pictures, made smaller as by `shoal degrade`, it takes
PSNR over the three channels, `scale` pixels shaved off each border. `luma+HR` is an arm's luma
beside the original's own chroma: no better chroma could reach more. Writes the rows of the scale
anew into colour.csv of the findings of the weights, and prints the means.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import shoal
from shoal.data.catalog import default_root, picture_set
from shoal.evaluation import metrics
from shoal.evaluation.protocol import shave
from shoal.pictures import images
from shoal.pictures.colour import rgb, ycbcr
from shoal.pictures.degrade import degrade
from shoal.pictures.levels import levels, planes, to_pixels
from shoal.pictures.resample import crop, upscale
from shoal.system.files import write_whole

TABLE = Path(__file__).parents[1] / (
    "experiments/pretrained/general291+t91-x2+3+4-standard/colour.csv"
)
SET = "Set14"
Pixels = NDArray[Any]


def pictures() -> Iterator[tuple[str, Pixels]]:
    """The colour pictures of the set, by name."""
    for file in picture_set(SET).files:
        pixels = images.read(file.under(default_root())).pixels
        if pixels.ndim == 3:
            yield Path(file.name).stem, pixels


def bicubic(scale: int) -> Callable[[Pixels], Pixels]:
    """Every channel by bicubic."""
    return lambda lr: to_pixels(upscale(planes(lr), scale))


def psnr(sr: Pixels, hr: Pixels, scale: int) -> float:
    """PSNR in dB over all values of two pictures `(H, W, 3)` of 8 bits, borders shaved off."""
    return metrics.psnr(*(shave(levels(pixels), scale) for pixels in (sr, hr))).item()


def with_chroma_of(hr: Pixels, sr: Pixels) -> Pixels:
    """The luma of SR beside the chroma of HR."""
    own, original = ycbcr(planes(sr)), ycbcr(planes(hr))
    own[:, 1:] = original[:, 1:]
    return to_pixels(rgb(own))


def rows(scale: int, arm: str, enlarge: Callable[[Pixels], Pixels], digest: str) -> Iterator[Any]:
    """Each picture's PSNR by one arm, and by its luma beside the original's chroma."""
    for name, pixels in pictures():
        hr = crop(np.moveaxis(pixels, -1, 0), scale)
        original = np.ascontiguousarray(np.moveaxis(hr, 0, -1))
        sr = enlarge(degrade(pixels, scale))
        for label, picture in ((arm, sr), (f"{arm}+HR", with_chroma_of(original, sr))):
            yield {
                "arm": label,
                "scale": scale,
                "weights": digest,
                "picture": name,
                "psnr": round(psnr(picture, original, scale), 4),
            }


def main(scale: int, arms: list[str]) -> None:
    """Score, and write the rows in the place of older ones."""
    found = list(rows(scale, "bicubic", bicubic(scale), ""))
    for text in arms:
        arm, _, run = text.partition("=")
        found += rows(scale, arm, shoal.load(Path(run), scale), Path(run).name)
    table = pd.DataFrame(found)
    old = [pd.read_csv(TABLE).query(f"scale != {scale}")] if TABLE.exists() else []
    table = pd.concat([*old, table]).sort_values("scale", kind="stable")
    write_whole(TABLE, table.to_csv(index=False, lineterminator="\n"))
    means = table.groupby(["scale", "arm", "weights"], sort=False)["psnr"].agg(["mean", "size"])
    print(means.round(3))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
