"""What a claim compares: differences of two arms, paired by seed and, where there are, pictures."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from shoal.claims.statistics import Floats
from shoal.results import AXES, Study, ends, reach, untrained_level

WINDOW = 5  # validations in the running median: wide enough to be still, narrow against a curve


class Sample(NamedTuple):
    """Differences `(S, I)`: greater arm minus lesser, seeds down, pictures across.

    Attributes:
        what: the quantity, in words.
        unit: of the differences; `x` where they are logarithms of a ratio.
    """

    differences: Floats
    what: str
    unit: str


def psnr(study: Study, greater: str, lesser: str, scale: int, per: str = "all") -> Iterable[Sample]:
    """Test PSNR, picture by picture; over the pictures of all test sets, or `per` set."""
    rows = study.scores[study.scores["protocol"] == study.protocol]
    sets = [rows] if per == "all" else [part for _, part in rows.groupby("dataset", sort=False)]
    for part in sets:
        tables = [_pictures(part, arm, scale) for arm in (greater, lesser)]
        difference = (tables[0] - tables[1]).dropna(how="all").dropna(axis="columns")
        name = "PSNR" if per == "all" else f"PSNR on {part['dataset'].iloc[0]}"
        yield Sample(difference.to_numpy(float), name, "dB")


def _pictures(scores: pd.DataFrame, arm: str, scale: int) -> pd.DataFrame:
    rows = scores[(scores["arm"] == arm) & (scores["scale"] == scale)]
    return rows.set_index(["seed", "dataset", "image"])["psnr"].unstack([1, 2])


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
    curves = study.curves[study.curves["id"].isin(study.finished["id"])]
    if above_bicubic is None:
        goal, name = ends(study)["final"] - (below_final or 0), f"own final - {below_final} dB"
    else:
        scales = curves.drop_duplicates("id").set_index("id")["scale"]
        goal, name = (
            scales.map(untrained_level(study)) + above_bicubic,
            f"bicubic + {above_bicubic} dB",
        )
    last = curves.loc[curves.groupby("id")["step"].idxmax()].set_index("id")
    spent = pd.DataFrame({"at": reach(curves, goal, axis), "end": last[axis]})
    # The first validation may already be there: that took at most one step.
    spent["at"] = spent["at"].clip(lower=spent["end"] / last["step"].clip(lower=1))
    pairs = _paired(study, greater, lesser, scale, spent)
    more, less = pairs["greater"], pairs["lesser"]
    ratio = (more["at"].fillna(more["end"]) / less["at"].fillna(less["end"])).map(np.log)
    ratio = ratio.mask(more["at"].isna(), ratio.clip(lower=0))
    ratio = ratio.mask(less["at"].isna(), ratio.clip(upper=0))
    known = ratio[more["at"].notna() | less["at"].notna()]
    yield Sample(known.to_numpy(float)[:, None], f"{AXES[axis]} to {name}", "x")


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
    pairs = _paired(study, greater, lesser, scale, distance.to_frame("at"))
    difference = (pairs["greater"]["at"] - pairs["lesser"]["at"]).dropna()
    yield Sample(difference.to_numpy(float)[:, None], f"unsteadiness of {of}", "dB")


def share_above(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Sample]:
    """Share of a branch's energy above the LR picture's Nyquist frequency, at the end."""
    rows = _last(study)
    for branch in ("shallow", "deep"):
        low, high = rows[f"{branch}/low"], rows[f"{branch}/high"]
        rows[f"{branch}/share"] = high / (low + high)
    yield _branches(study, greater, lesser, scale, rows, "share", "energy above LR Nyquist")


def correlation_below(study: Study, greater: str, lesser: str, scale: int) -> Iterable[Sample]:
    """Correlation of a branch with HR below the LR picture's Nyquist frequency, at the end."""
    name = "correlation with HR below LR Nyquist"
    yield _branches(study, greater, lesser, scale, _last(study), "corr_low", name)


def _last(study: Study) -> pd.DataFrame:
    return study.curves.loc[study.curves.groupby("id")["step"].idxmax()].set_index("id")


def _branches(
    study: Study, greater: str, lesser: str, scale: int, rows: pd.DataFrame, fact: str, name: str
) -> Sample:
    sides = []
    for arm, branch in (greater.split(":"), lesser.split(":")):
        values = rows[f"{branch}/{fact}"].rename("at").to_frame()
        sides.append(_paired(study, arm, arm, scale, values)["greater"]["at"])
    difference = (sides[0] - sides[1]).dropna()
    return Sample(difference.to_numpy(float)[:, None], name, "")


def _paired(
    study: Study, greater: str, lesser: str, scale: int, values: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Values by run id as two tables of the same seeds."""
    runs = study.finished[study.finished["scale"] == scale]
    sides = [runs[runs["arm"] == arm].set_index("seed")["id"] for arm in (greater, lesser)]
    seeds = sides[0].index.intersection(sides[1].index)
    names = ("greater", "lesser")
    return {
        name: values.reindex(side.loc[seeds]).set_axis(seeds)
        for name, side in zip(names, sides, strict=True)
    }


Measure = Callable[..., Iterable[Sample]]
MEASURES: dict[str, Measure] = {
    "psnr": psnr,
    "cost": cost,
    "unsteadiness": unsteadiness,
    "share_above": share_above,
    "correlation_below": correlation_below,
}
