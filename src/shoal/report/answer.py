"""What a study found, in one line."""

import pandas as pd

from shoal.claims import Verdict
from shoal.report.tables.table import headline
from shoal.report.tables.verdicts import claimed, worded
from shoal.results import Study

OPEN = ("undecided", "not run")


def answer(study: Study, numbers: pd.DataFrame, verdicts: list[Verdict]) -> str:
    """One line: what became of the claims, and who scores highest on the first test set.

    While a claim is open nobody is called highest: a mean in front of others is no answer.
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
    """PSNR by arm on the pictures that rank them."""
    column, place = headline(study)
    return numbers.xs(scale, level="scale")[column].dropna().rename(place)
