"""The measures that a claim can compare two arms by, under the names that claims use.

All but `reliability` only compare seeds in which neither arm collapsed.
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
