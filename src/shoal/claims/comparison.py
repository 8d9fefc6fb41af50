"""One difference of arms with its interval, and what keeps a study from deciding anything."""

from dataclasses import dataclass

import numpy as np

from shoal.claims.pairs import Sample
from shoal.claims.statistics import Variance, crossed
from shoal.results import Study

LEVEL = 0.05


@dataclass(frozen=True)
class Comparison:
    """One difference of two arms: its 95 % interval, and p against the claim's margin.

    Attributes:
        unit: `dB`, nothing, or `x`: effect, low and high are then ratios.
        sign: +1 where the difference is on the claim's side of the margin, else -1.
    """

    text: str
    unit: str
    effect: float
    low: float
    high: float
    p: float
    sign: int
    seeds: int
    images: int


def compare(
    sample: Sample, text: str, margin: float = 0.0, variance: Variance | None = None
) -> Comparison:
    """The mean of a sample of differences, by the crossed statistic.

    Args:
        sample: the differences.
        text: what is compared, in words.
        margin: by how much the greater arm may fall short.
        variance: of the means of seeds, where more than this sample tells it.
    """
    seeds, images = sample.differences.shape
    if not seeds or not images:
        return Comparison(text, sample.unit, np.nan, np.nan, np.nan, np.nan, -1, seeds, images)
    estimate = crossed(sample.differences, variance)
    shown = np.array([estimate.effect, *estimate.interval()])
    effect, low, high = map(float, np.exp(shown) if sample.unit == "x" else shown)
    sign = 1 if estimate.effect > -margin else -1
    p = float(estimate.p(-margin))
    return Comparison(text, sample.unit, effect, low, high, p, sign, seeds, images)


def held_back(study: Study, seeds: int, fewest: int = 2) -> str:
    """Why a difference is indicated at most; empty where nothing holds it back.

    Args:
        study: that it was found in.
        seeds: that it was found on.
        fewest: seeds that decide.
    """
    limits = [f"{('one', 'two')[seeds - 1]} seed{'s' * (seeds - 1)}"] if seeds < fewest else []
    return ", ".join(limits + (["sample data"] if study.data == "sample" else []))
