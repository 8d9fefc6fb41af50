"""Differences between two arms in their curves, paired by seed: cost, unsteadiness, branches."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from shoal.claims.pairs import Sample, paired
from shoal.claims.scores import seeds_of
from shoal.results import AXES, Study, last_rows, reach, untrained_level
from shoal.results.machines import machines

WINDOW = 5  # validations in the running median: enough to smooth, few beside a whole curve


def cost(
    study: Study,
    greater: str,
    lesser: str,
    scale: int,
    axis: str,
    above_bicubic: float | None = None,
    below_final: float | None = None,
) -> Iterable[Sample]:
    """The cost of reaching a PSNR, as the logarithm of the two arms' ratio.

    The goal is bicubic's validation PSNR plus `above_bicubic` dB, or each run's own final PSNR
    minus `below_final` dB. If only one run of a pair reaches it, the other counts with the cost of
    its whole schedule, but never as the cheaper one. Pairs in which neither run reaches the goal
    are left out, and so are runs that are fitted, which take neither steps nor multiply-adds.
    Seconds are compared only of pairs that one kind of machine made.
    """
    spent = _spent(study, axis, above_bicubic, below_final)
    pairs = paired(study, greater, lesser, scale, spent)
    more, less = pairs["greater"], pairs["lesser"]
    ratio = (more["at"].fillna(more["end"]) / less["at"].fillna(less["end"])).map(np.log)
    ratio = ratio.mask(more["at"].isna(), ratio.clip(lower=0))
    ratio = ratio.mask(less["at"].isna(), ratio.clip(upper=0))
    reached = more["at"].notna() | less["at"].notna()
    known = ratio[reached & (more["machine"] == less["machine"])].dropna()
    goal = f"own final - {below_final}" if above_bicubic is None else f"bicubic + {above_bicubic}"
    what = f"{AXES[axis]} to {goal} dB"
    yield Sample(known.to_numpy(float)[:, None], what, "x", seeds_of(known))


@lru_cache(maxsize=16)  # the same for every pair of arms
def _spent(
    study: Study, axis: str, above_bicubic: float | None, below_final: float | None
) -> pd.DataFrame:
    """By run id: the cost of reaching the goal (`at`) and of the whole schedule (`end`), `machine`.

    Costs other than seconds are the same on every machine, so it is empty for them.
    """
    curves = study.curves[study.curves["id"].isin(study.finished["id"])]
    last = last_rows(curves)
    if above_bicubic is None:
        goal = last["val/psnr"] - (below_final or 0)
    else:
        goal = last["scale"].map(untrained_level(study)) + above_bicubic
    at = reach(curves, goal, axis)
    # The goal may be reached at the first validation, at step 0: count the cost of one step.
    at = at.clip(lower=last[axis] / last["step"].clip(lower=1))
    spent = pd.DataFrame({"at": at, "end": last[axis]})
    spent["machine"] = machines(study).reindex(spent.index) if axis == "seconds" else ""
    return spent[spent["end"] > 0]  # no logarithm of 0


def unsteadiness(study: Study, greater: str, lesser: str, scale: int, of: str) -> Iterable[Sample]:
    """The median distance of a curve from its running median, over the second half of training.

    Args:
        study: the rows.
        greater: the arm that is claimed to be less steady.
        lesser: the other arm; runs of one seed see the same patches in the same order.
        scale: the enlargement factor.
        of: `val/psnr`, or `train/loss`, which is converted to dB so that arms with a lower loss
            don't look steadier.
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
    """Share of a branch's energy above LR's Nyquist frequency at the last validation."""
    rows = last_rows(study.curves)
    for branch in ("shallow", "deep"):
        low, high = rows[f"{branch}/low"], rows[f"{branch}/high"]
        rows[f"{branch}/share"] = high / (low + high)
    yield _branches(study, greater, lesser, scale, rows, "share", "energy above LR Nyquist")


def correlation_below(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Sample]:
    """Correlation of a branch with HR below LR's Nyquist frequency at the last validation."""
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
