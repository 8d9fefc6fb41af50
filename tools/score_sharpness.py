"""Measures how sharp enlarged pictures are, and how much of their detail is HR's own.

python tools/score_sharpness.py 3 runs/<run> runs/<run>    # from the root of the project, with Set5

Prints, for bicubic and for each run on Set5, three means over pictures: PSNR by `classic`; the
sharpness, i.e. the energy above LR's Nyquist frequency, in per cent of HR's; and the correlation of
that detail with HR's. A picture may be as sharp as HR with detail in other places than HR's. It
then looks better than its PSNR suggests.
"""

import sys
from pathlib import Path

import pandas as pd
from torch import Tensor, nn

from shoal.data.catalog import default_root, picture_set
from shoal.evaluation.benchmark import Answered, score
from shoal.evaluation.protocols import PROTOCOLS
from shoal.evaluation.spectrum import Spectrum
from shoal.models import weights
from shoal.models.bicubic import Bicubic

SET, KIND = "Set5", "classic"


def detail(sr: Tensor, hr: Tensor, scale: int) -> tuple[float, float]:
    """Energy above LR's Nyquist frequency relative to HR's, and the correlation with HR there."""
    mine, theirs = Spectrum.of(sr, scale), Spectrum.of(hr, scale)
    energies = mine.energies()[1].item(), theirs.energies()[1].item()
    product = ((mine.values * theirs.values.conj()).real * ~mine.low).sum().item()
    return energies[0] / energies[1], product / (energies[0] * energies[1]) ** 0.5


def row(name: str, network: nn.Module, scale: int) -> dict[str, object]:
    """A network's means, as a row of the table."""
    found: list[tuple[float, float]] = []

    def look(answered: Answered) -> None:
        found.append(detail(*PROTOCOLS[KIND].pair(answered.sr, answered.question, scale), scale))

    scored = score(network, [picture_set(SET)], default_root(), KIND, scale, look=look)
    sharpness, likeness = pd.DataFrame(found).mean()
    psnr = pd.DataFrame(scored)["psnr"].mean()
    return {"": name, "PSNR": psnr, "sharpness, %": 100 * sharpness, "correlation": likeness}


def main(scale: int, runs: list[Path]) -> None:
    """Print the table."""
    rows = [row("bicubic", Bicubic(scale), scale)]
    for run in runs:
        rows.append(row(run.name, weights.load(run / "weights.safetensors")[0], scale))
    print(pd.DataFrame(rows).round(3).to_markdown(index=False))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(int(sys.argv[1]), [Path(text) for text in sys.argv[2:]])
