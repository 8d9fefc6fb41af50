"""The comparisons that a claim asks of a study, and the arms that are missing for them."""

from collections.abc import Iterator
from itertools import product

from shoal.claims.claim import SIDES, Claim
from shoal.claims.equivalence import region
from shoal.claims.looks import Asked
from shoal.claims.measures import MEASURES
from shoal.results import Study, survival


def absent(study: Study, claim: Claim) -> list[str]:
    """The claim's arms that have no finished run at some scale, each with the state of its runs."""
    done = set(zip(study.finished["arm"], study.finished["scale"], strict=True))
    if all(test["measure"] == "reliability" for test in claim.tests):
        done |= set(survival(study).index)  # divergence is a result of a training, too
    said = []
    for arm, scale in product(claim.arms, study.scales):
        if (arm, scale) not in done:
            rows = study.runs[(study.runs["arm"] == arm) & (study.runs["scale"] == scale)]
            states = set(rows["state"].replace({"missing": "not run", "running": "unfinished"}))
            said.append(f"{arm} x{scale}: {', '.join(sorted(states)) or 'not run'}")
    return said


def asked(study: Study, claim: Claim) -> Iterator[Asked]:
    """The comparisons of a claim: each pair of its arms, at each scale, by each of its measures."""
    for test in claim.tests:
        options = {k: v for k, v in test.items() if k not in ("measure", "margin", *SIDES)}
        lists = {k: v if isinstance(v, list) else [v] for k, v in options.items()}
        within = region(claim.equal_within, study.equal_within, test["measure"])
        for greater, lesser, scale in product(test["greater"], test["lesser"], study.scales):
            for values in product(*lists.values()):
                chosen = dict(zip(lists, values, strict=True))
                for sample in MEASURES[test["measure"]](study, greater, lesser, scale, **chosen):
                    where = f" at x{scale}" if len(study.scales) > 1 else ""
                    text = f"{sample.what}: {greater} against {lesser}{where}"
                    arms = (greater.partition(":")[0], lesser.partition(":")[0])
                    yield Asked((text,), sample, scale, arms, test.get("margin", 0.0), within)
