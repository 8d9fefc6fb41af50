"""Scores the weights that ship on compressed pictures: bicubic, clean weights, those for JPEGs.

python tools/score_compressed.py 2 3 4      # from the root of the project, with the three test sets

The LR pictures are compressed as JPEG at qualities 40, 60 and 80, which are protocols of their own.
The rows of these scales replace those in compressed.csv of the weights' findings, and the means are
printed.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from torch import nn

from shoal.data.catalog import default_root, picture_set
from shoal.evaluation.benchmark import score
from shoal.evaluation.protocols import PROTOCOLS
from shoal.models import weights
from shoal.models.bicubic import Bicubic
from shoal.pretrained import OF_JPEGS, PREFERRED, shipped
from shoal.system.files import write_whole

TABLE = Path(__file__).parents[1] / (
    "experiments/pretrained/general291+t91-x2+3+4-standard/compressed.csv"
)
SETS = ["Set5", "Set14", "BSD100"]
JPEGS = [name for name in PROTOCOLS if name.startswith("jpeg")]
CLEAN = PREFERRED[0]
PLACES = ["arm", "scale", "protocol", "dataset"]


def networks(scale: int) -> Iterator[tuple[str, nn.Module]]:
    """The networks that are compared, by arm."""
    yield "bicubic", Bicubic(scale)
    for name in (CLEAN, CLEAN + OF_JPEGS):
        yield name, weights.load(shipped()[name, scale])[0]


def rows(scale: int) -> pd.DataFrame:
    """The scores of every picture at a scale."""
    sets, tables = [picture_set(name) for name in SETS], []
    for arm, network in networks(scale):
        for protocol in JPEGS:
            scores = pd.DataFrame(score(network, sets, default_root(), protocol, scale))
            scores.insert(0, "arm", arm)
            scores.insert(1, "scale", scale)
            tables.append(scores)
            print(scores.groupby(PLACES, sort=False)[["psnr", "ssim"]].mean(), flush=True)
    return pd.concat(tables)


def main(scales: list[int]) -> None:
    """Score each scale, and replace its rows."""
    for scale in scales:
        old = [pd.read_csv(TABLE).query(f"scale != {scale}")] if TABLE.exists() else []
        table = pd.concat([*old, rows(scale)]).sort_values("scale", kind="stable")
        write_whole(TABLE, table.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main([int(scale) for scale in sys.argv[1:]])
