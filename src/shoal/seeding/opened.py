"""What a look at the results has decided, and how many seeds open questions still need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from shoal.claims import Comparison, Difference, Verdict, against_baseline, judge, read_claims
from shoal.claims.needed import is_answered, is_hopeless
from shoal.claims.shares import Shares
from shoal.claims.spending import spent
from shoal.report.tables.verdicts import effect
from shoal.results import Study


@dataclass(frozen=True)
class Question:
    """A claim, or a difference to the baseline, with its answer so far.

    Attributes:
        name: its id or name.
        word: the answer so far.
        shown: effect and interval of the comparison that the answer depends on.
        seeds: the number of seeds that the answer rests on.
        parts: the comparisons that more seeds may decide; none if the question is closed.
        short: why more seeds wouldn't help, if the question is open nevertheless.
    """

    name: str
    word: str
    shown: str
    seeds: int
    parts: tuple[Comparison, ...]
    short: str = ""

    @property
    def text(self) -> str:
        """The question and its answer, in one clause."""
        if self.word == "not run":
            return f"{self.name} not run"
        if self.word != "undecided":
            return f"{self.name} {self.word} on {self.seeds} seeds"
        return f"{self.name} still open ({', '.join(filter(None, (self.shown, self.short)))})"


def questions(study: Study) -> Iterator[Question]:
    """Yield the claims of a study, then its differences to the baseline."""
    for verdict in judge(study, read_claims(study.claims)):
        yield _question(verdict.id, verdict, verdict.comparisons, verdict.decisive)
    for each in against_baseline(study):
        name = f"{each.name} on {each.where}" if each.where else each.name
        yield _question(name, each, (each.comparison,), each.comparison)


def _question(
    name: str,
    found: Verdict | Difference,
    compared: tuple[Comparison, ...],
    decisive: Comparison | None,
) -> Question:
    seeds = min((each.seeds for each in compared), default=0)
    unanswered = [each for each in compared if not is_answered(each, found.shares)] or compared
    parts = [each for each in unanswered if not _is_over(each, found.shares)]
    short = ""
    if found.is_open and not parts:
        spent_all = any(_is_spent(each) for each in unanswered)
        ended = f"all of the level is spent by {seeds} seeds"
        short = ended if spent_all else "more pictures are needed, not more seeds"
    left = tuple(parts) if found.is_open else ()
    return Question(name, found.word, effect(decisive) if decisive else "", seeds, left, short)


def _is_over(part: Comparison, shares: Shares) -> bool:
    """Whether no number of further seeds would decide a comparison."""
    return not np.isnan(part.p) and (_is_spent(part) or is_hopeless(part, shares))


def _is_spent(part: Comparison) -> bool:
    return bool(part.looked and spent(part.looked, part.most)[-1] >= 1)


def wanted(
    found: list[Question], planned: Mapping[str, int], step: int, most: int
) -> dict[str, int]:
    """Return how many more seeds the open questions need, by arm; empty if all is decided.

    Comparisons pair the seeds of two arms. An arm with fewer seeds than its rival therefore catches
    up before both get more.

    Args:
        found: all questions.
        planned: the number of seeds so far of each arm that learns.
        step: the number of seeds to add.
        most: the most seeds that an arm may have.
    """
    goals = dict(planned)
    for part in (part for question in found for part in question.parts):
        arms = [arm for arm in part.arms if arm in planned]
        goal = min(most, min((planned[arm] for arm in arms), default=most) + step)
        goals |= {arm: max(goals[arm], goal) for arm in arms}
    return {arm: goal - planned[arm] for arm, goal in goals.items() if goal > planned[arm]}
