"""Statistics on an experiment's rows: tested claims, arms against a baseline, effects of factors.

This package imports `results` and the packages below it, and never torch.
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
