"""From the parts of a claim to the whole: the decisive comparison and one p-value."""

from collections.abc import Sequence

import numpy as np

from shoal.claims.comparison import Comparison


def whole(found: Sequence[Comparison]) -> tuple[Comparison, float]:
    """The decisive comparison, and the claim's p.

    A claim is supported if all its parts are, so the largest p holds for the whole without any
    adjustment. It is contradicted if any part is, so the smallest p is multiplied by the number of
    parts (Bonferroni).
    """
    against = [c for c in found if c.sign < 0]
    if not against:
        weakest = max(found, key=lambda c: c.p)
        return weakest, weakest.p
    strongest = min(against, key=lambda c: c.p)
    return strongest, min(1.0, strongest.p * len(found))


def alike(found: Sequence[Comparison]) -> tuple[Comparison | None, float]:
    """The comparison that determines whether a claim's arms are equal, and the p of that.

    A claim is equal if each part either holds as claimed or is equal, and at least one part is only
    equal. The largest p of the parts holds for the whole.
    """
    holds = [c.p if c.sign > 0 else 1.0 for c in found]
    equal = [c for c, p in zip(found, holds, strict=True) if c.equal < p]
    weakest = max((np.fmin(p, c.equal) for c, p in zip(found, holds, strict=True)), default=np.nan)
    if not equal or any(np.isnan(c.p) for c in found):
        return None, np.nan
    return max(equal, key=lambda c: c.equal), float(weakest)
