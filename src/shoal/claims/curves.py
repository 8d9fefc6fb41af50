"""Differences of two arms in what curves show, paired by seed: costs, steadiness, branches."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from shoal.claims.pairs import Sample, paired
from shoal.claims.scores import seeds_of
from shoal.results import AXES, Study, last_rows, reach, untrained_level

WINDOW = 5  # validations in the running median: wide enough to be still, narrow against a curve


def cost(
    study: Study,
    greater: str,
    lesser: str,
    scale: int,
    axis: str,
    above_bicubic: float | None = None,
    below_final: float | None = None,
) -> Iterable[Sample]:
    """What reaching a PSNR takes, as a logarithm of the two arms' ratio.

    The goal is bicubic's validation PSNR plus `above_bicubic` dB, or each run's own final one minus
    `below_final` dB. Where only one run of a pair gets there, the other counts with its whole
    schedule, but never as the cheaper of the two; where neither does, the pair says nothing.
    """
    spent = _spent(study, axis, above_bicubic, below_final)
    pairs = paired(study, greater, lesser, scale, spent)
    more, less = pairs["greater"], pairs["lesser"]
    ratio = (more["at"].fillna(more["end"]) / less["at"].fillna(less["end"])).map(np.log)
    ratio = ratio.mask(more["at"].isna(), ratio.clip(lower=0))
    ratio = ratio.mask(less["at"].isna(), ratio.clip(upper=0))
    known = ratio[more["at"].notna() | less["at"].notna()]
    goal = f"own final - {below_final}" if above_bicubic is None else f"bicubic + {above_bicubic}"
    what = f"{AXES[axis]} to {goal} dB"
    yield Sample(known.to_numpy(float)[:, None], what, "x", seeds_of(known))


@lru_cache(maxsize=16)  # the same for every pair of arms
def _spent(
    study: Study, axis: str, above_bicubic: float | None, below_final: float | None
) -> pd.DataFrame:
    """By run id: what reaching the goal took (`at`), and the whole schedule (`end`)."""
    curves = study.curves[study.curves["id"].isin(study.finished["id"])]
    last = last_rows(curves)
    if above_bicubic is None:
        goal = last["val/psnr"] - (below_final or 0)
    else:
        goal = last["scale"].map(untrained_level(study)) + above_bicubic
    at = reach(curves, goal, axis)
    # The first validation may already be there: that took at most one step.
    at = at.clip(lower=last[axis] / last["step"].clip(lower=1))
    return pd.DataFrame({"at": at, "end": last[axis]})


def unsteadiness(study: Study, greater: str, lesser: str, scale: int, of: str) -> Iterable[Sample]:
    """How far a curve stands from its own running median: the median over the second half.

    Args:
        study: the rows.
        greater: arm said to be less steady.
        lesser: its rival; runs of one seed saw the same patches in the same order.
        scale: of the enlargement.
        of: `val/psnr`, or `train/loss` (taken in dB, so that a lower loss isn't a steadier one).
    """
    rows = study.curves[
        study.curves["arm"].isin([greater, lesser]) & (study.curves["scale"] == scale)
    ]
    values = rows[of] if of == "val/psnr" else -10 * np.log10(rows[of].astype(float))
    rows = rows.assign(value=values).dropna(subset="value").sort_values(["id", "step"])
    by = rows.groupby("id", sort=False)
    still = by["value"].rolling(WINDOW, center=True).median().droplevel(0)
    second = rows["step"] >= by["step"].transform("max") / 2
    distance = (rows["value"] - still).abs()[second].groupby(rows["id"]).median()
    pairs = paired(study, greater, lesser, scale, distance.to_frame("at"))
    difference = (pairs["greater"]["at"] - pairs["lesser"]["at"]).dropna()
    values = difference.to_numpy(float)[:, None]
    yield Sample(values, f"unsteadiness of {of}", "dB", seeds_of(difference))


def share_above(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Sample]:
    """Share of a branch's energy above the LR picture's Nyquist frequency, at the end."""
    rows = last_rows(study.curves)
    for branch in ("shallow", "deep"):
        low, high = rows[f"{branch}/low"], rows[f"{branch}/high"]
        rows[f"{branch}/share"] = high / (low + high)
    yield _branches(study, greater, lesser, scale, rows, "share", "energy above LR Nyquist")


def correlation_below(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Sample]:
    """Correlation of a branch with HR below the LR picture's Nyquist frequency, at the end."""
    name = "correlation with HR below LR Nyquist"
    yield _branches(study, greater, lesser, scale, last_rows(study.curves), "corr_low", name)


def _branches(
    study: Study, greater: str, lesser: str, scale: int, rows: pd.DataFrame, fact: str, name: str
) -> Sample:
    sides = []
    for arm, branch in (greater.split(":"), lesser.split(":")):
        values = rows[f"{branch}/{fact}"].rename("at").to_frame()
        sides.append(paired(study, arm, arm, scale, values)["greater"]["at"])
    difference = (sides[0] - sides[1]).dropna()
    return Sample(difference.to_numpy(float)[:, None], name, "", seeds_of(difference))
