"""What a claim compares: differences of two arms, by the names that claims ask for them.

All but `reliability` are of quality: of the seeds in which both arms live.
"""

from collections.abc import Callable, Iterable

from shoal.claims.curves import correlation_below, cost, share_above, unsteadiness
from shoal.claims.pairs import Rates, Sample
from shoal.claims.reliability import reliability
from shoal.claims.scores import psnr

Measure = Callable[..., Iterable[Sample] | Iterable[Rates]]
MEASURES: dict[str, Measure] = {
    "psnr": psnr,
    "cost": cost,
    "unsteadiness": unsteadiness,
    "share_above": share_above,
    "correlation_below": correlation_below,
    "reliability": reliability,
}
