"""Scores all three channels of enlarged colour pictures, to measure the cost of bicubic chroma.

python tools/score_colour.py 2 luma=runs/<run> rgb=runs/<run>   # from the root of the project

The arms are runs at that scale, of luma or of RGB networks, beside bicubic; runs with the same name
are seeds of one arm. Set14's colour pictures are reduced as by `shoal degrade` and enlarged as by
`shoal upscale`. PSNR is taken over all three channels, with `scale` pixels shaved off each border.
`luma+HR` combines an arm's luma with the original's chroma: the upper bound for better chroma. The
scale's rows replace those in colour.csv of the weights' findings, and the means are printed.
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
    """A function that enlarges every channel by bicubic interpolation."""
    return lambda lr: to_pixels(upscale(planes(lr), scale))


def psnr(sr: Pixels, hr: Pixels, scale: int) -> float:
    """PSNR (dB) over all channels of two 8-bit pictures `(H, W, 3)`, with borders shaved off."""
    return metrics.psnr(*(shave(levels(pixels), scale) for pixels in (sr, hr))).item()


def with_chroma_of(hr: Pixels, sr: Pixels) -> Pixels:
    """The luma of SR beside the chroma of HR."""
    own, original = ycbcr(planes(sr)), ycbcr(planes(hr))
    own[:, 1:] = original[:, 1:]
    return to_pixels(rgb(own))


def rows(scale: int, arm: str, enlarge: Callable[[Pixels], Pixels], digest: str) -> Iterator[Any]:
    """Each picture's PSNR with one arm, and with its luma and the original's chroma."""
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
    """Score the arms, and replace the rows of this scale."""
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
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(int(sys.argv[1]), sys.argv[2:])
