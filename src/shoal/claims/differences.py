"""Each arm of an experiment compared with the baseline, on each test set."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from shoal.claims.comparison import LEVEL, Comparison, compare
from shoal.claims.equivalence import region
from shoal.claims.limits import held_back
from shoal.claims.looks import FEWEST, Asked, seen
from shoal.claims.needed import Need, need
from shoal.claims.scores import psnr
from shoal.claims.shares import ALONE, Shares
from shoal.claims.statistics import holm
from shoal.results import Study


@dataclass(frozen=True)
class Difference:
    """A difference in test PSNR (dB), with a verdict and p adjusted over all rows of its table.

    Attributes:
        name: the arm, or the values that are compared.
        where: the test set, and the scale if the study has several.
        over: the number of settings of the other factors that it is averaged over; 0 for a
            difference to the baseline.
        word: the verdict: the direction, `equal`, or `undecided`; after `indicated` if held back.
        why: why the verdict is only `indicated`, or what deciding an open one would take.
        shares: of the level, as Holm leaves them for an undecided row.
        need: what it would take to decide it, if that can be estimated.
    """

    name: str
    where: str
    comparison: Comparison
    over: int = 0
    holm: float = np.nan
    word: str = "undecided"
    why: str = ""
    shares: Shares = ALONE
    need: Need | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still undecided."""
        return self.word == "undecided"


def against_baseline(study: Study) -> list[Difference]:
    """Each arm's difference to the baseline, per test set; empty if the study has no baseline."""
    if study.baseline is None:
        return []
    found = []
    for each in seen(study, _against):
        arm, where, what = each.asked[-1].what
        compared = compare(each, what)
        if compared.seeds or study.looks is not None:
            found.append(Difference(arm, where, compared))
    said = worded(study, found, lambda _: ("better", "worse"), FEWEST)
    return [_with_need(study, each) for each in said]


def _with_need(study: Study, each: Difference) -> Difference:
    if not each.is_open or np.isnan(each.comparison.p):
        return each
    needed = need(study, [each.comparison], each.shares, [each.name, str(study.baseline)])
    return replace(each, why=str(needed), need=needed)


def _against(study: Study) -> Iterator[Asked]:
    within = region(None, study.equal_within, "psnr")
    for scale, arm in product(study.scales, study.arms):
        if arm == study.baseline or study.baseline is None:
            continue
        for each in psnr(study, arm, study.baseline, scale, per="set"):
            if each.differences.size:
                where = place(study, each.what.removeprefix("PSNR on "), scale)
                arms = (arm, study.baseline)
                yield Asked((arm, where, each.what), each, scale, arms, within=within)


def place(study: Study, name: str, scale: int) -> str:
    """The name of a test set, followed by the scale if the study has several scales."""
    return f"{name} x{scale}".strip() if len(study.scales) > 1 else name


def worded(
    study: Study,
    found: Sequence[Difference],
    words: Callable[[Difference], tuple[str, str]],
    fewest: int = 2,
) -> list[Difference]:
    """Add the verdicts: Holm-adjusted p over all the differences, and a word for each.

    Args:
        study: the study in which they were found.
        found: the differences, without verdicts.
        words: gives the two words for a positive and for a negative effect.
        fewest: the number of seeds below which a verdict is only `indicated`.
    """
    said = []
    adjusted = holm([each.comparison.p for each in found])
    equal = holm([each.comparison.equal for each in found])
    for each, p, alike in zip(found, map(float, adjusted), map(float, equal), strict=True):
        word, why = "undecided", ""
        if p < LEVEL:
            word = words(each)[0 if each.comparison.effect > 0 else 1]
        elif alike < LEVEL:
            word, p = "equal", alike
        if word != "undecided":
            why = held_back(study, [each.comparison], fewest)
        said.append(replace(each, holm=p, word=f"indicated {word}" if why else word, why=why))
    shares = Shares.left(adjusted, equal)
    return [replace(each, shares=shares) for each in said]
