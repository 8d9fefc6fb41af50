"""Notes below a table: on rows that differ in more than their arm, and on unfinished runs."""

import pandas as pd

from shoal.results import machines
from shoal.results.collapse import collapsed, survival
from shoal.results.names import name, named, names
from shoal.results.outdated import OUTDATED
from shoal.results.study import Study
from shoal.runs.kind import Kind

# Facts that should be the same for a whole table. Untrained runs have no budget.
ONE_VALUE = {
    "commit": "commit",
    "data": "training data",
    "budget": "budget",
    "precision": "precision",
}
# Facts that don't affect a run that learns nothing.
OF_TRAINING = ("data", "data_digests/train", "data_digests/order")
FOR_ALL = "train longer, or let collapse.below_bicubic=30 (dB) count what ends below bicubic"


def notes(study: Study) -> list[str]:
    """Notes for the reader of the table, the most serious first; empty if all is in order."""
    kinds = (_states, _collapsed, _outdated, _mixtures, _scores, _curves, _seeds, machines.several)
    return [sentence for kind in kinds for sentence in kind(study)]


def _states(study: Study) -> list[str]:
    said = {
        "diverged": "diverged",
        "failed": "failed",
        "interrupted": "was interrupted",
        "running": "is unfinished",
    }
    rows = study.runs[study.runs["state"].isin(said)]
    sentences = [
        f"{name(row)} {said[row['state']]} at step {row['step']}"
        + (f": {row['reason']}" if pd.notna(row["reason"]) else "")
        for row in rows.to_dict("records")
    ]
    missing = study.runs[study.runs["state"] == "missing"]
    return sentences + ([f"not run: {names(missing)}"] if len(missing) else [])


def _collapsed(study: Study) -> list[str]:
    reasons = collapsed(study)
    if reasons.empty:
        return []
    listed = named(study.runs, reasons)
    sentences = [f"collapsed, so excluded from means, differences and claims of quality: {listed}"]
    if not survival(study)["survived"].any():
        sentences.append(f"no run survived: {FOR_ALL}")
    return sentences


def _outdated(study: Study) -> list[str]:
    rows = study.runs[study.runs["state"] == OUTDATED]
    return [
        f"left out, made by older code ({reason}): {names(part)}; `{study.command}` makes it anew"
        for reason, part in rows.groupby("reason", sort=False)
    ]


def _mixtures(study: Study) -> list[str]:
    sentences = []
    expected = {"data": study.data, "budget": study.budget}
    digests = [name for name in study.runs.columns if name.startswith("data_digests/")]
    facts = ONE_VALUE | {name: f"digest of the data ({name.partition('/')[2]})" for name in digests}
    learned = study.finished[study.finished["kind"] != Kind.UNTRAINED]
    if _trained_on_the_same(learned):
        del facts["data"]
    for column, meaning in facts.items():
        rows = (learned if column in OF_TRAINING else study.finished).dropna(subset=column)
        values = rows.groupby(column, sort=False)
        if len(values) > 1 or set(values.groups) - {expected.get(column, *values.groups)}:
            groups = "; ".join(f"{_short(value)} ({names(part)})" for value, part in values)
            more = f"; the experiment asks for {expected[column]}" if column in expected else ""
            sentences.append(f"this table mixes runs of more than one {meaning}: {groups}{more}")
    changed = study.finished[study.finished["dirty"].astype("boolean").fillna(False)]
    if len(changed):
        sentences.append(f"made by code with uncommitted changes: {names(changed)}")
    unknown = study.finished[study.finished["commit"].isna()]
    return sentences + ([f"commit unknown: {names(unknown)}"] if len(unknown) else [])


def _trained_on_the_same(runs: pd.DataFrame) -> bool:
    """Whether all runs saw the same pictures, as those of `t91` and `t91_brief` did."""
    digests = runs.get("data_digests/train", pd.Series([None]))
    return bool(digests.notna().all()) and digests.nunique() == 1


def _scores(study: Study) -> list[str]:
    rows = study.scores[study.scores["protocol"] == study.protocol]
    without = study.finished[~study.finished["id"].isin(rows["id"])]
    sentences = [f"no score by protocol {study.protocol}: {names(without)}"] if len(without) else []
    for dataset, part in rows.groupby("dataset", sort=False):
        sets = {frozenset(names) for _, names in part.groupby("id")["image"]}
        if len(sets) > 1:
            counts = sorted(len(names) for names in sets)
            sentences.append(f"{dataset}: not all runs were scored on the same pictures {counts}")
    return sentences


def _curves(study: Study) -> list[str]:
    """Curves of networks of luma and of RGB can't be compared; `channels` marks those of RGB."""
    if "channels" not in study.finished:
        return []
    rgb = study.finished["channels"].notna()
    if rgb.all() or not rgb.any():
        return []
    named = names(study.finished[rgb])
    return [
        f"curves, and what is read off them, can't be compared between networks of RGB ({named}), "
        f"validated by rgb, and the others, validated by classic; test scores can"
    ]


def _seeds(study: Study) -> list[str]:
    trained = study.runs[study.runs["seed"].notna()]
    done = trained["state"].eq("finished").groupby([trained["arm"], trained["scale"]], sort=False)
    counts = done.agg(["sum", "size"])
    return [
        f"{row['arm']} x{row['scale']} has {row['sum']} of {row['size']} seeds"
        for row in counts.reset_index().to_dict("records")
        if 0 < row["sum"] < row["size"]
    ]


def _short(value: object) -> str:
    text = str(value)
    return text[:7] if len(text) >= 40 else text
