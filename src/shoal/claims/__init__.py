"""The paper's claims, tested on rows: measures, statistics, verdicts.

It imports results alone, and no torch.
"""

from shoal.claims.claim import Claim, load_claims
from shoal.claims.verdicts import Comparison, Verdict, judge

__all__ = ["Claim", "Comparison", "Verdict", "judge", "load_claims"]
