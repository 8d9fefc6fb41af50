"""`shoal report NAME --require C4=supported`: checks of verdicts for scripts."""

from collections.abc import Iterable

from shoal.errors import UserError, unknown
from shoal.report.findings import Findings
from shoal.report.tables.verdicts import worded

WORDS = (
    *("supported", "contradicted", "equal", "undecided", "better", "worse", "not run"),
    *("indicated", "indicated against", "indicated equal", "indicated better", "indicated worse"),
)


def unmet(found: Findings, conditions: Iterable[str]) -> list[str]:
    """The conditions that aren't met, a clause for each.

    Args:
        found: the findings of a study.
        conditions: `NAME=WORD`, where NAME is a claim, or an arm and a test set for the difference
            to the baseline: `mine on Set5=better`.

    Raises:
        UserError: a condition has another form, or names no claim or no verdict.
    """
    answers = {verdict.id: verdict for verdict in found.verdicts} | {
        f"{each.name} on {each.where}" if each.where else each.name: each
        for each in found.differences
    }
    said = []
    for condition in conditions:
        name, _, word = condition.rpartition("=")
        if word not in WORDS or not name:
            example = "NAME=WORD, e.g. C4=supported"
            raise UserError(f"--require {condition}: {unknown('word', word, WORDS)}; {example}")
        if name not in answers:
            raise UserError(f"--require {condition}: {unknown('claim', name, answers)}")
        if answers[name].word != word:
            said.append(f"{name} is {worded(answers[name])}, not {word}")
    return said
