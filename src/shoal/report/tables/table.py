"""The numbers of a report: a row per arm and scale, in the order of the grid."""

import pandas as pd

from shoal.report.tables.published import SIZES, reference
from shoal.results import (
    AXES,
    Study,
    columns_beside,
    ends,
    living,
    over_seeds,
    per_run,
    reach,
    survival,
    untrained_level,
)
from shoal.runs.kind import Kind

KEYS = ["arm", "scale"]
GOALS = (0.0, 0.5)  # dB above bicubic on the validation curve
COSTS = [
    *("parameters", "macs_per_lr_pixel", "macs", "seconds", "seconds_per_megapixel"),
    "dead_channels",
]


def table(study: Study, published: pd.DataFrame) -> pd.DataFrame:
    """All numbers of a report, by arm and scale; NaN where a run is missing.

    Args:
        study: the rows.
        published: from `load_published`.

    Returns:
        - `state`; `seeds` (runs that finished); for trained arms `survived` and `ended` runs
        - per test set S: `S psnr` (dB), `S ssim`, a column for each of `metrics=`, and their ` sd`,
          over the runs that survived, and with ` over all` over all that finished
        - `S published psnr` (dB), `S published ssim`, `S difference` (ours minus published, dB, if
          the whole set was scored), and `S published on` (training set) if a method's name has it
        - `share` of the multiply-adds of the paper's training; `final` and `best` validation PSNR
          (dB); the costs
        - the cost of reaching bicubic + g dB: `step to +g`, `seconds to +g`, `macs to +g`, and how
          many runs `reached +g`
    """
    order = [(arm, scale) for arm in study.arms for scale in study.scales]
    index = pd.MultiIndex.from_tuples(order, names=KEYS)
    parts = [_scores(study), _costs(study), _curves(study), *(_goal(study, g) for g in GOALS)]
    numbers = pd.concat(parts, axis=1).reindex(index)
    return _with_published(_states(study, index).join(numbers), study, published)


def test_sets(study: Study) -> list[str]:
    """The test sets that were scored by the study's protocol, in the order of the scores."""
    rows = study.scores[study.scores["protocol"] == study.protocol]
    return list(rows["dataset"].unique())


def headline(study: Study) -> tuple[str, str]:
    """The column that ranks arms, and its pictures: the first test set, else validation."""
    name = next(iter(test_sets(study)), None)
    return (f"{name} psnr", name) if name else ("final", "the validation pictures")


def _states(study: Study, index: pd.MultiIndex) -> pd.DataFrame:
    """How many runs of each row finished, and the states of the others."""
    done = study.finished.groupby(KEYS, sort=False).size().reindex(index, fill_value=0)
    others = study.runs[study.runs["state"] != "finished"]
    words = {"running": "unfinished at step {}", "missing": "not run"}
    words |= {state: f"{state} at step {{}}" for state in ("diverged", "failed", "interrupted")}
    words["outdated"] = "left out: older code"
    said = others["state"].map(words).fillna("unfinished at step {}").astype(object)
    text = pd.Series(
        [word.format(step) for word, step in zip(said, others["step"], strict=True)],
        index=pd.MultiIndex.from_frame(others[KEYS]),
        dtype=object,
    )
    state = text.groupby(level=KEYS, sort=False).agg(lambda words: "; ".join(dict.fromkeys(words)))
    counts = survival(study).reindex(index).astype("Int64")
    return pd.DataFrame({"seeds": done, "state": state.reindex(index).fillna("")}).join(counts)


def _scores(study: Study) -> pd.DataFrame:
    """Test scores over the runs that survived, and over all that finished."""
    facts = ["psnr", "ssim", *columns_beside(study)]
    runs, by = per_run(study), [*KEYS, "dataset"]
    rows = over_seeds(runs, by, facts).drop(columns="n")
    if rows.empty:
        return pd.DataFrame(index=pd.MultiIndex.from_tuples([], names=KEYS))
    alive = over_seeds(runs[runs["id"].isin(living(study)["id"])], by, facts).drop(columns="n")
    rows = alive.reindex(rows.index).join(rows.add_suffix(" over all"))
    wide = pd.DataFrame(rows.unstack("dataset", sort=False))
    columns = [(fact, name) for name in test_sets(study) for fact in rows.columns]
    return wide[columns].set_axis([f"{name} {fact}" for fact, name in columns], axis=1)


def _costs(study: Study) -> pd.DataFrame:
    """Mean costs; the multiply-adds of fitting aren't counted, hence NaN."""
    rows = study.finished.astype(dict.fromkeys(COSTS, float))
    rows["macs"] = rows["macs"].mask(rows["kind"] == Kind.FITTED)
    return rows.groupby(KEYS, sort=False)[COSTS].mean()


def _curves(study: Study) -> pd.DataFrame:
    runs = living(study)[[*KEYS, "id"]].join(ends(study), on="id")
    return over_seeds(runs, KEYS, ["final", "best"]).drop(columns="n")


def _goal(study: Study, gain: float) -> pd.DataFrame:
    """Mean cost over the survivors that reached bicubic + gain, and how many of them did."""
    alive = living(study)
    trained = alive.loc[alive["kind"] == Kind.TRAINED, [*KEYS, "id"]]
    goal = trained.set_index("id")["scale"].map(untrained_level(study)) + gain
    curves = study.curves[study.curves["id"].isin(trained["id"])]
    for axis in AXES:
        trained = trained.join(reach(curves, goal, axis).rename(f"{axis} to +{gain}"), on="id")
    by = trained.groupby(KEYS, sort=False)
    costs = by[[f"{axis} to +{gain}" for axis in AXES]].mean()
    return costs.assign(**{f"reached +{gain}": by[f"step to +{gain}"].count()})


def _with_published(numbers: pd.DataFrame, study: Study, published: pd.DataFrame) -> pd.DataFrame:
    trained = pd.Series(float("nan"), index=numbers.index)
    data = study.runs.dropna(subset="data").groupby("arm")["data"].first()
    images = per_run(study).groupby([*KEYS, "dataset"])["images"].min().unstack("dataset")
    for name in test_sets(study):
        rows = [
            reference(published, study.models[arm], name, scale, data.get(arm))
            for arm, scale in numbers.index
        ]
        theirs = pd.DataFrame(rows).set_axis(numbers.index).drop(columns="source")
        numbers[f"{name} published psnr"] = theirs["psnr"].astype(float)
        numbers[f"{name} published ssim"] = theirs["ssim"].astype(float)
        away = numbers[f"{name} psnr"] - numbers[f"{name} published psnr"]
        whole = images[name].reindex(numbers.index) >= SIZES.get(name, 0)
        numbers[f"{name} difference"] = away.where(whole)
        pictures = theirs["method"].astype("string").str.extract(r"\((.+)\)$", expand=False)
        if pictures.notna().any():
            numbers[f"{name} published on"] = pictures.astype(object)
        trained = trained.fillna(theirs["training_macs"].astype(float))
    return numbers.assign(share=numbers["macs"] / trained)
