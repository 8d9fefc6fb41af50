"""Means and spreads over seeds, best and final PSNR, and the cost of reaching a given PSNR."""

from functools import lru_cache

import pandas as pd

from shoal.results.study import KEY, Study
from shoal.runs.kind import Kind
from shoal.runs.tables import extras

# What a curve can be drawn against, and each axis's unit.
AXES = {"step": "steps", "seconds": "s", "macs": "multiply-adds"}


def per_run(study: Study) -> pd.DataFrame:
    """Test scores of each finished run by the study's protocol, averaged over pictures.

    Returns:
        arm, scale, seed, id, dataset, psnr (dB), ssim, images, and `columns_beside`.
    """
    rows = study.scores[study.scores["protocol"] == study.protocol].assign(**_whole_columns(study))
    by = rows.groupby([*KEY, "id", "dataset"], dropna=False, sort=False)
    means = by.agg(psnr=("psnr", "mean"), ssim=("ssim", "mean"), images=("image", "size"))
    return means.join(by[columns_beside(study)].mean()).reset_index()


def columns_beside(study: Study) -> list[str]:
    """The score columns beside PSNR and SSIM, taken by the study's protocol.

    A column only counts for the arms that have it for every picture of a test set in all of their
    runs, so that no mean over some pictures or seeds is taken for one over all. A column that
    counts for no arm is left out.
    """
    return list(_whole_columns(study))


@lru_cache(maxsize=4)
def _whole_columns(study: Study) -> dict[str, pd.Series]:
    rows = study.scores[study.scores["protocol"] == study.protocol]
    by = [rows[name] for name in ("arm", "scale", "dataset")]
    values = {name: rows[name] for name in extras(rows.columns) if name not in (*KEY, "id")}
    whole = {
        name: each.where(each.notna().groupby(by, dropna=False).transform("all"))
        for name, each in values.items()
    }
    return {name: each for name, each in whole.items() if each.notna().any()}


def over_seeds(rows: pd.DataFrame, by: list[str], values: list[str]) -> pd.DataFrame:
    """Mean and standard deviation (n - 1) over the rows of each group.

    Args:
        rows: one per run (and data set).
        by: columns that name a group.
        values: columns to average; missing values are left out.

    Returns:
        by the group: `<value>`, `<value> sd` (NaN if n = 1), and `n`, the number of rows.
    """
    groups = rows.astype(dict.fromkeys(values, float)).groupby(by, sort=False)
    table = groups[values].mean()
    spread = groups[values].std().add_suffix(" sd")
    return table.join(spread).join(groups.size().rename("n"))


def ends(study: Study) -> pd.DataFrame:
    """The validation curve's best and final PSNR (dB) of each run that has one, by run id."""
    curves = study.curves.dropna(subset="val/psnr").drop_duplicates(["id", "step"])
    best = curves.loc[curves.groupby("id")["val/psnr"].idxmax()].set_index("id")
    last = last_rows(curves)
    return pd.DataFrame(
        {"best": best["val/psnr"], "best_step": best["step"], "final": last["val/psnr"]}
    )


def untrained_level(study: Study) -> pd.Series:
    """Validation PSNR (dB) of the untrained run (bicubic), by scale."""
    untrained = study.of_kind(Kind.UNTRAINED)["id"]
    rows = study.curves[study.curves["id"].isin(untrained)]
    return rows.drop_duplicates("scale").set_index("scale")["val/psnr"]


def reach(curves: pd.DataFrame, target: pd.Series | float, axis: str) -> pd.Series:
    """The cost at which each run's validation curve first reaches a PSNR.

    Curves are interpolated linearly between validations; otherwise many runs would tie, since
    validations are far apart.

    Args:
        curves: rows of `Study.curves`.
        target: dB, one for all runs or by run id.
        axis: an increasing column: `step`, `seconds` or `macs`.

    Returns:
        by run id, in the axis's unit; NaN if the curve never reaches the target.
    """
    rows = curves.dropna(subset="val/psnr").drop_duplicates(["id", "step"])
    rows = rows.sort_values(["id", "step"], kind="stable", ignore_index=True)
    goal = rows["id"].map(target) if isinstance(target, pd.Series) else target
    before = rows.groupby("id")[[axis, "val/psnr"]].shift()
    share = (goal - before["val/psnr"]) / (rows["val/psnr"] - before["val/psnr"])
    spent = (before[axis] + share * (rows[axis] - before[axis])).fillna(rows[axis])
    first = spent[rows["val/psnr"] >= goal].groupby(rows["id"]).first()
    return first.reindex(rows["id"].unique()).rename_axis("id").rename(axis)


def last_rows(curves: pd.DataFrame) -> pd.DataFrame:
    """The last row of each run's curve, by run id."""
    return curves.loc[curves.groupby("id")["step"].idxmax()].set_index("id")
