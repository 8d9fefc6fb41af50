"""Runs that collapsed: an outcome that is counted, since no mean with it means anything.

Decided from rows alone. A run has collapsed if it diverged, if it ends below what trains nothing,
or if one of its branches says nothing any more.
"""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from shoal.results.spread import ends, untrained_level
from shoal.results.study import KEY, Study
from shoal.runs.kind import Kind

SHORTEST = 2  # validations in a row that a branch is silent for, up to the last one


@dataclass(frozen=True)
class Thresholds:
    """When a run counts as collapsed; plans of before there were any are read by these.

    Attributes:
        below_bicubic: dB by which its last validation lies below bicubic's.
        dead_energy: mean square of a branch's image (HR in [0, 1], means removed).
    """

    below_bicubic: float = 0.0
    dead_energy: float = 1e-6


@lru_cache(maxsize=16)  # asked by every table, figure and comparison
def collapsed(study: Study) -> pd.Series:
    """Why each run that collapsed did, by its id, in the order of the grid.

    What isn't trained by steps can't collapse; what failed, was interrupted or is at work hasn't.
    Where no run trains nothing, no level is known, and none is too low.
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
    """How many runs of each trained arm and scale came to an end, and how many survived it.

    Returns:
        by arm and scale: `survived` and `ended` (finished or diverged); none of another arm.
    """
    rows = ended(study)
    alive = ~rows["id"].isin(collapsed(study).index)
    by = alive.groupby([rows["arm"], rows["scale"]], sort=False)
    return pd.DataFrame({"survived": by.sum(), "ended": by.size()}).astype(int)


def ended(study: Study) -> pd.DataFrame:
    """The runs that trained to an end of theirs: arm, scale, seed, id."""
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
    """Branches whose energy stays under the threshold from some validation on to the last."""
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
