"""A claim of several parts as a whole: what it hangs on, and its p."""

from collections.abc import Sequence

import numpy as np

from shoal.claims.comparison import Comparison


def whole(found: Sequence[Comparison]) -> tuple[Comparison, float]:
    """The comparison that decides, and the claim's p.

    A claim is supported if every part is: its weakest p holds for the whole without adjustment. It
    is contradicted if any part is: that p is paid for by the number of parts (Bonferroni).
    """
    against = [c for c in found if c.sign < 0]
    if not against:
        weakest = max(found, key=lambda c: c.p)
        return weakest, weakest.p
    strongest = min(against, key=lambda c: c.p)
    return strongest, min(1.0, strongest.p * len(found))


def alike(found: Sequence[Comparison]) -> tuple[Comparison | None, float]:
    """What a claim's being equal hangs on, and the p of it.

    Each part must be there as claimed or alike, and one at least no more than alike: the weakest
    holds for the whole.
    """
    holds = [c.p if c.sign > 0 else 1.0 for c in found]
    equal = [c for c, p in zip(found, holds, strict=True) if c.equal < p]
    weakest = max((np.fmin(p, c.equal) for c, p in zip(found, holds, strict=True)), default=np.nan)
    if not equal or any(np.isnan(c.p) for c in found):
        return None, np.nan
    return max(equal, key=lambda c: c.equal), float(weakest)
