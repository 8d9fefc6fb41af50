"""The answer of a study in one line."""

import pandas as pd

from shoal.claims import Verdict
from shoal.report.tables.table import headline
from shoal.report.tables.verdicts import claimed, worded
from shoal.results import Study

OPEN = ("undecided", "not run")


def answer(study: Study, numbers: pd.DataFrame, verdicts: list[Verdict]) -> str:
    """One line: the verdicts on the claims, and the highest score on the first test set.

    The highest score is left out while a claim is open, since a higher mean alone is no answer.
    """
    words: dict[str, list[str]] = {}
    for verdict in sorted(verdicts, key=lambda verdict: verdict.word in OPEN):
        words.setdefault(worded(verdict), []).append(claimed(verdict))
    is_open = any(verdict.word in OPEN for verdict in verdicts)
    parts = [] if is_open else [_best(study, numbers, scale) for scale in study.scales]
    said = [f"{word}: {', '.join(claims)}" for word, claims in words.items()]
    return "; ".join([*said, *filter(None, parts)]) + "."


def _best(study: Study, numbers: pd.DataFrame, scale: int) -> str:
    scores = ranked(study, numbers, scale)
    if scores.empty:
        return ""
    arm, place = scores.idxmax(), scores.name
    beside = (
        f" (bicubic {scores['bicubic']:.2f})" if "bicubic" in scores and arm != "bicubic" else ""
    )
    return f"highest on {place} x{scale}: {arm}, {scores.max():.2f} dB{beside}"


def ranked(study: Study, numbers: pd.DataFrame, scale: int) -> pd.Series:
    """PSNR (dB) by arm in the column that ranks arms, named after its pictures; see `headline`."""
    column, place = headline(study)
    return numbers.xs(scale, level="scale")[column].dropna().rename(place)
