"""Rows to means and spreads over seeds, best and final, and the price of reaching a given PSNR."""

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
        arm, scale, seed, id, dataset, psnr (dB), ssim, images, and a study's other columns.
    """
    rows = study.scores[study.scores["protocol"] == study.protocol].assign(**_whole_columns(study))
    by = rows.groupby([*KEY, "id", "dataset"], dropna=False, sort=False)
    means = by.agg(psnr=("psnr", "mean"), ssim=("ssim", "mean"), images=("image", "size"))
    return means.join(by[columns_beside(study)].mean()).reset_index()


def columns_beside(study: Study) -> list[str]:
    """The columns of scores beside PSNR and SSIM, taken by the study's protocol.

    No mean is taken of some pictures, or some seeds, for that of all: a column is there where some
    arm has it of every picture of a set in all of its runs, and is empty in the others.
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
        by the group: `<value>`, `<value> sd` (missing where n = 1), and `n`, the number of rows.
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
    """Validation PSNR (dB) of the run that trains nothing (bicubic), by scale."""
    untrained = study.of_kind(Kind.UNTRAINED)["id"]
    rows = study.curves[study.curves["id"].isin(untrained)]
    return rows.drop_duplicates("scale").set_index("scale")["val/psnr"]


def reach(curves: pd.DataFrame, target: pd.Series | float, axis: str) -> pd.Series:
    """What each run spent until its validation curve first met a PSNR.

    Between two validations the curve is taken as straight: validations are far apart, and runs
    would tie that don't.

    Args:
        curves: rows of `Study.curves`.
        target: dB, the same for all or by run id.
        axis: a column that grows: `step`, `seconds` or `macs`.

    Returns:
        by run id, in the axis's unit; missing where the curve ends before it gets there.
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
