"""Claims tested on an experiment's rows: effect, interval, p, n and one word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from shoal.claims.claim import SIDES, Claim
from shoal.claims.comparison import LEVEL, Comparison, compare, held_back
from shoal.claims.differences import FEWEST
from shoal.claims.measures import MEASURES
from shoal.claims.reliability import Rates, compare_rates
from shoal.claims.statistics import holm
from shoal.results import Study, survival


@dataclass(frozen=True)
class Verdict:
    """What the rows say of one claim.

    Attributes:
        word: supported, contradicted, undecided, indicated, indicated against, or not run.
        why: what holds the word back; empty where nothing does.
        p: of the claim as a whole, before Holm's adjustment for the experiment's other claims.
        decisive: the comparison that the word hangs on; None where there is none.
    """

    id: str
    says: str
    word: str = "undecided"
    why: str = ""
    p: float = np.nan
    holm: float = np.nan
    decisive: Comparison | None = None
    comparisons: tuple[Comparison, ...] = ()


def judge(study: Study, claims: Sequence[Claim]) -> list[Verdict]:
    """Test a study's claims, with Holm's adjustment over them."""
    verdicts = [_test(study, claim) for claim in claims]
    adjusted = holm([verdict.p for verdict in verdicts])
    return [_worded(study, v, float(p)) for v, p in zip(verdicts, adjusted, strict=True)]


def _test(study: Study, claim: Claim) -> Verdict:
    verdict = Verdict(claim.id, claim.says)
    absent = _absent(study, claim)
    if absent:
        return replace(verdict, word="not run", why=", ".join(absent))
    found = tuple(_comparisons(study, claim))
    silent = next((c for c in found if np.isnan(c.p)), None)
    if not found:
        return replace(verdict, why="nothing to compare")
    if silent:
        nothing = "nothing to compare where both live"
        why = "one seed gives no interval" if silent.seeds else nothing
        return replace(verdict, why=why, decisive=silent, comparisons=found)
    decisive, p = _whole(found)
    return replace(verdict, p=p, decisive=decisive, comparisons=found)


def _absent(study: Study, claim: Claim) -> list[str]:
    """Arms of the claim without a finished run at some scale, and why."""
    done = set(zip(study.finished["arm"], study.finished["scale"], strict=True))
    if all(test["measure"] == "reliability" for test in claim.tests):
        done |= set(survival(study).index)  # one that only ever diverged says enough
    named = dict.fromkeys(ref.split(":")[0] for t in claim.tests for s in SIDES for ref in t[s])
    said = []
    for arm, scale in product(named, study.scales):
        if (arm, scale) not in done:
            rows = study.runs[(study.runs["arm"] == arm) & (study.runs["scale"] == scale)]
            states = set(rows["state"].replace({"missing": "not run", "running": "unfinished"}))
            said.append(f"{arm} x{scale}: {', '.join(sorted(states)) or 'not run'}")
    return said


def _comparisons(study: Study, claim: Claim) -> Iterator[Comparison]:
    for test in claim.tests:
        options = {k: v for k, v in test.items() if k not in ("measure", "margin", *SIDES)}
        lists = {k: v if isinstance(v, list) else [v] for k, v in options.items()}
        for greater, lesser, scale in product(test["greater"], test["lesser"], study.scales):
            for values in product(*lists.values()):
                chosen = dict(zip(lists, values, strict=True))
                for sample in MEASURES[test["measure"]](study, greater, lesser, scale, **chosen):
                    where = f" at x{scale}" if len(study.scales) > 1 else ""
                    what = getattr(sample, "what", "share of trainings that survive")
                    text = f"{what}: {greater} against {lesser}{where}"
                    margin = test.get("margin", 0.0)
                    if isinstance(sample, Rates):
                        yield compare_rates(sample, text, margin)
                    else:
                        yield compare(sample, text, margin)


def _whole(found: Sequence[Comparison]) -> tuple[Comparison, float]:
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


def _worded(study: Study, verdict: Verdict, adjusted: float) -> Verdict:
    verdict = replace(verdict, holm=adjusted)
    if verdict.decisive is None or not adjusted < LEVEL:
        return verdict
    why = held_back(study, min(c.seeds for c in verdict.comparisons), FEWEST)
    words = ("indicated", "indicated against") if why else ("supported", "contradicted")
    word = words[0] if verdict.decisive.sign > 0 else words[1]
    return replace(verdict, word=word, why=why)
