"""The paper's claims, tested on rows."""

from shoal.claims.claim import Claim, load_claims
from shoal.claims.verdicts import Comparison, Verdict, judge

__all__ = ["Claim", "Comparison", "Verdict", "judge", "load_claims"]
