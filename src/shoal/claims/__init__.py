"""What an experiment's rows say: claims tested, arms against a baseline, effects of factors.

It imports results and what lies below, and no torch.
"""

from shoal.claims.claim import Claim, read_claims, require_arms
from shoal.claims.comparison import Comparison
from shoal.claims.differences import Difference, against_baseline
from shoal.claims.effects import effects
from shoal.claims.verdicts import Verdict, judge

__all__ = [
    "Claim",
    "Comparison",
    "Difference",
    "Verdict",
    "against_baseline",
    "effects",
    "judge",
    "read_claims",
    "require_arms",
]
