"""Runs that collapsed: they are counted, but enter no mean, which they would make meaningless.

This is decided from rows alone. A run has collapsed if it diverged, if it ends below the untrained
arm (bicubic), or if one of its branches went silent.
"""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from shoal.results.spread import ends, untrained_level
from shoal.results.study import KEY, Study
from shoal.runs.kind import Kind

SHORTEST = 2  # a branch is dead if it was silent at the last so many validations, or more


@dataclass(frozen=True)
class Thresholds:
    """When a run counts as collapsed; the defaults hold for older plans, which have no thresholds.

    Attributes:
        below_bicubic: collapsed if the last validation is more than this (dB) below bicubic's.
        dead_energy: a branch is silent if the mean square of its image is below this (HR in
            [0, 1], mean removed).
    """

    below_bicubic: float = 0.0
    dead_energy: float = 1e-6


@lru_cache(maxsize=16)  # asked by every table, figure and comparison
def collapsed(study: Study) -> pd.Series:
    """The reason why each collapsed run collapsed, by run id, in the order of the grid.

    Only runs that train by steps and have ended can collapse, not those that failed, were
    interrupted or still run. Without an untrained run there is no level to fall below.
    """
    limits = Thresholds(**study.collapse)
    reasons: dict[str, list[str]] = {}
    found = [_diverged(study), _dead(study, limits), _below(study, limits)]
    for each in found:
        for name, why in each.items():
            reasons.setdefault(str(name), []).append(str(why))
    order = [name for name in dict.fromkeys(study.runs["id"]) if name in reasons]
    said = [", ".join(reasons[name]) for name in order]
    return pd.Series(said, index=pd.Index(order, name="id"), dtype=object)


@lru_cache(maxsize=16)
def living(study: Study) -> pd.DataFrame:
    """The rows of `study.finished` whose runs did not collapse."""
    return study.finished[~study.finished["id"].isin(collapsed(study).index)]


@lru_cache(maxsize=16)
def survival(study: Study) -> pd.DataFrame:
    """How many runs of each trained arm and scale ended, and how many of them survived.

    Returns:
        by arm and scale: `survived` and `ended` (finished or diverged), for trained arms only.
    """
    rows = ended(study)
    alive = ~rows["id"].isin(collapsed(study).index)
    by = alive.groupby([rows["arm"], rows["scale"]], sort=False)
    return pd.DataFrame({"survived": by.sum(), "ended": by.size()}).astype(int)


def ended(study: Study) -> pd.DataFrame:
    """The trained runs that finished or diverged: arm, scale, seed, id."""
    runs = study.runs
    trained = runs["id"].isin(study.of_kind(Kind.TRAINED)["id"])
    return runs.loc[trained | runs["state"].eq("diverged"), [*KEY, "id"]]


def _diverged(study: Study) -> pd.Series:
    rows = study.runs[study.runs["state"] == "diverged"].set_index("id")
    return "diverged at step " + rows["step"].astype(str)


def _below(study: Study, limits: Thresholds) -> pd.Series:
    scale = _trained(study)["scale"]
    missing = scale.map(untrained_level(study)) - ends(study)["final"].reindex(scale.index)
    below = missing[missing > limits.below_bicubic]
    return below.map("{:.2f} dB below bicubic at the end".format)


def _dead(study: Study, limits: Thresholds) -> pd.Series:
    """Branches whose energy stays below the threshold from some validation until the last."""
    curves = study.curves[study.curves["id"].isin(_trained(study).index)]
    curves = curves.drop_duplicates(["id", "step"]).sort_values(["id", "step"], kind="stable")
    said: dict[str, str] = {}
    for branch in (str(c).removesuffix("/high") for c in curves.columns if c.endswith("/high")):
        energy = (curves[f"{branch}/low"] + curves[f"{branch}/high"]).astype(float)
        rows = curves.assign(silent=energy < limits.dead_energy)[energy.notna()]
        for name, run in rows.groupby("id", sort=False):
            count = int(run["silent"][::-1].cumprod().sum())
            if count >= SHORTEST:
                since = run["step"].iloc[-count]
                before = f"{said[str(name)]}, " if str(name) in said else ""
                said[str(name)] = f"{before}{branch} branch dead since step {since}"
    return pd.Series(said, dtype=object)


def _trained(study: Study) -> pd.DataFrame:
    return study.of_kind(Kind.TRAINED).drop_duplicates("id").set_index("id")
