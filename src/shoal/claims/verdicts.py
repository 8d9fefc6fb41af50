"""The verdict on each claim of an experiment: a word, and the comparisons that it follows from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal.claims.asking import absent, asked
from shoal.claims.claim import Claim
from shoal.claims.comparison import LEVEL, Comparison, compare
from shoal.claims.limits import held_back
from shoal.claims.looks import FEWEST, Seen, seen
from shoal.claims.needed import Need, need
from shoal.claims.pairs import Rates
from shoal.claims.reliability import compare_rates
from shoal.claims.shares import ALONE, Shares
from shoal.claims.statistics import holm
from shoal.claims.wholes import alike, whole
from shoal.results import Study


@dataclass(frozen=True)
class Verdict:
    """The verdict on one claim.

    Attributes:
        word: supported, contradicted, equal, undecided, indicated, indicated against, indicated
            equal, or not run.
        why: why the word is no stronger, or what deciding would take; may be empty.
        p: of the claim as a whole, before Holm's adjustment for the experiment's other claims; if
            the word is `equal`, the p-value of the equivalence test.
        holm: the same after the adjustment.
        decisive: the comparison that determines the word; None if there is none.
        comparisons: all of the claim's comparisons.
        shares: of the level, as Holm leaves them for an undecided claim.
        need: what it would take to decide it, if that can be estimated.
    """

    id: str
    says: str
    word: str = "undecided"
    why: str = ""
    p: float = np.nan
    holm: float = np.nan
    decisive: Comparison | None = None
    comparisons: tuple[Comparison, ...] = ()
    shares: Shares = ALONE
    need: Need | None = None

    @property
    def is_open(self) -> bool:
        """Whether its arms have been compared, and it is still undecided."""
        return self.word == "undecided"


def judge(study: Study, claims: Sequence[Claim]) -> list[Verdict]:
    """Test a study's claims, with Holm's adjustment over them.

    Tests of difference and tests of equivalence are adjusted separately: whatever the truth is, at
    most one of a claim's two tests can reject falsely.
    """
    verdicts = [_test(study, claim) for claim in claims]
    adjusted = holm([verdict.p for verdict in verdicts])
    equals = [alike(verdict.comparisons) for verdict in verdicts]
    equal = holm([p for _, p in equals])
    found = [
        _worded(study, verdict, float(p), by, (p_equal, float(holm_equal)))
        for verdict, p, (by, p_equal), holm_equal in zip(
            verdicts, adjusted, equals, equal, strict=True
        )
    ]
    shares = Shares.left(adjusted, equal)
    return [
        _with_need(study, claim, replace(verdict, shares=shares))
        for claim, verdict in zip(claims, found, strict=True)
    ]


def _with_need(study: Study, claim: Claim, verdict: Verdict) -> Verdict:
    if not verdict.is_open or np.isnan(verdict.p):
        return verdict
    needed = need(study, verdict.comparisons, verdict.shares, claim.arms)
    return replace(verdict, why=str(needed), need=needed)


def _test(study: Study, claim: Claim) -> Verdict:
    verdict = Verdict(claim.id, claim.says)
    if missing := absent(study, claim):
        return replace(verdict, word="not run", why=", ".join(missing))
    compared = seen(study, lambda view: asked(view, claim))
    found = tuple(_compared(each) for each in compared)
    silent = next((c for c in found if np.isnan(c.p)), None)
    if silent or not found:
        nothing = "nothing to compare where both live" if silent else "nothing to compare"
        why = "one seed gives no interval" if silent and silent.seeds else nothing
        if study.looks is not None:
            why = f"fewer than {FEWEST} seeds to compare"
        return replace(verdict, why=why, decisive=silent, comparisons=found)
    decisive, p = whole(found)
    return replace(verdict, p=p, decisive=decisive, comparisons=found)


def _compared(seen: Seen) -> Comparison:
    latest = seen.asked[-1]
    compares = compare_rates if isinstance(latest.sample, Rates) else compare
    return compares(seen, " ".join(latest.what))


def _worded(
    study: Study,
    verdict: Verdict,
    adjusted: float,
    alike: Comparison | None,
    equal: tuple[float, float],
) -> Verdict:
    """The verdict with its word.

    Args:
        study: the study in which it was found.
        verdict: with its comparisons.
        adjusted: its Holm-adjusted p.
        alike: the comparison that determines whether its arms are equal.
        equal: p of the equivalence test, before and after Holm's adjustment.
    """
    verdict = replace(verdict, holm=adjusted)
    if verdict.decisive is None or np.isnan(verdict.p):
        return verdict
    why = held_back(study, verdict.comparisons, FEWEST)
    if adjusted < LEVEL:
        words = ("indicated", "indicated against") if why else ("supported", "contradicted")
        return replace(verdict, word=words[0 if verdict.decisive.sign > 0 else 1], why=why)
    if alike is not None and equal[1] < LEVEL:
        word = "indicated equal" if why else "equal"
        return replace(verdict, word=word, why=why, decisive=alike, p=equal[0], holm=equal[1])
    return verdict
