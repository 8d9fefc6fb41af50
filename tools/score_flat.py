"""Measures what it costs or gains that a picture of one level comes out as that level.

python tools/score_flat.py     # from the root of the project, with Set5

Prints by how much the PSNR of Set5 by `classic` changes (dB) when the weights that ship are applied
as `shoal upscale` applies them: to the picture mirrored at its edges, and without what a network
adds to one level.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from torch import nn

from shoal.data.catalog import default_root, picture_set
from shoal.evaluation.benchmark import score
from shoal.models import weights
from shoal.models.flat import flat
from shoal.models.profile import reach
from shoal.pretrained import OF_JPEGS, shipped

SET, KIND = "Set5", "classic"


def psnr(network: nn.Module, scale: int) -> float:
    """The mean PSNR of the set, in dB."""
    scored = score(network, [picture_set(SET)], default_root(), KIND, scale)
    return float(pd.DataFrame(scored)["psnr"].mean())


def changes(files: Mapping[tuple[str, int], Path]) -> pd.Series:
    """By model and scale: the change in PSNR, in dB."""
    found = {}
    for (name, scale), path in files.items():
        network, _ = weights.load(path)
        applied = flat(network, reach(network)).eval()
        found[name, f"x{scale}"] = psnr(applied, scale) - psnr(network, scale)
    return pd.Series(found)


def main() -> None:
    """Print the table."""
    files = {key: path for key, path in shipped().items() if not key[0].endswith(OF_JPEGS)}
    print(changes(files).unstack().map("{:+.3f}".format).to_markdown(disable_numparse=True))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    main()
