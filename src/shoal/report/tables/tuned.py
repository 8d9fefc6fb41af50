"""Compares a study in which all arms share a value with one in which each arm has its own.

"B beats A at A's worst learning rate" is a very common false finding.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from shoal.claims import Difference, Verdict
from shoal.report.tables.numbers import ABSENT
from shoal.report.tables.verdicts import Part, claimed, effect, worded
from shoal.results import Study


class Side(NamedTuple):
    """The findings of one of the two studies."""

    study: Study
    cells: pd.DataFrame
    verdicts: Sequence[Verdict]
    differences: Sequence[Difference]


def tuned_parts(own: Side, common: Side | None) -> list[Part]:
    """What was tried and chosen, and both studies side by side.

    Args:
        own: the study with each arm at its own value.
        common: the study with all arms at one value; None if its rows aren't there.

    Returns:
        empty for a study whose arms weren't tuned.
    """
    if not own.study.tuned:
        return []
    parts = [_tried(own.study)]
    if common is not None:
        key = own.study.tuned["key"]
        words = f"Each arm at the {key} that all share, and at the one that it chose."
        parts += [
            Part(f"One {_last(key)} for all, and each arm's own", words, _scores(own, common)),
            Part("Verdicts at both", f"{words} {READ}", _verdicts(own, common)),
        ]
    return [part for part in parts if len(part.rows)]


READ = (
    "What holds at one of them alone is a finding about that value, not about the arms."
    " Each column has its own Holm adjustment."
)


def title(study: Study) -> str:
    """A suffix for a study's title; empty if its arms weren't tuned."""
    return f", each arm at its own {_last(study.tuned['key'])}" if study.tuned else ""


def _tried(study: Study) -> Part:
    """A row per arm and a column per value, with the number of survivors if a run collapsed."""
    t: dict[str, Any] = study.tuned
    cells = {(row["arm"], str(row["value"])): _trial(row) for row in t["trials"]}
    names = [str(value) for value in t["values"]]
    rows = [
        {"arm": arm}
        | {f"{_last(t['key'])}={name} (dB)": cells.get((arm, name), ABSENT) for name in names}
        | {"chosen": str(value)}
        for arm, value in t["chosen"].items()
    ]
    words = (
        f"Every arm tried each {t['key']} with seeds {', '.join(map(str, t['seeds']))}, judged by"
        f" the validation pictures of {t['data']} at the end; no test set chose anything. A value"
        " with a run that collapsed never wins over one without."
    )
    if t.get("margin"):  # a study that was tuned without a margin records none
        words += f" The common value stays unless another leads it by more than {t['margin']} dB."
    return Part("What was tried", words, pd.DataFrame(rows))


def _trial(row: dict[str, Any]) -> str:
    psnr = ABSENT if row["psnr"] is None else f"{row['psnr']:.3f}"
    whole = row["survived"] == row["ended"]
    return psnr if whole else f"{psnr} (survived {row['survived']} of {row['ended']})"


def _scores(own: Side, common: Side) -> pd.DataFrame:
    tuned = own.study.tuned
    names = ["arm", "scale"] if "scale" in own.cells else ["arm"]
    sides = {"common": common.cells.set_index(names), "own": own.cells.set_index(names)}
    rows = pd.DataFrame(index=sides["own"].index)
    for side, values in {"common": tuned["common"], "own": tuned["chosen"]}.items():
        arms = rows.index.get_level_values("arm")
        rows[f"{side} {_last(tuned['key'])}"] = [str(values.get(arm, ABSENT)) for arm in arms]
    for column in (c for c in map(str, own.cells) if c == "runs" or " PSNR " in c):
        for side, cells in sides.items():
            if column in cells:
                rows[f"{column}, {side}"] = cells[column].reindex(rows.index).fillna(ABSENT)
    return rows.reset_index()


def _verdicts(own: Side, common: Side) -> pd.DataFrame:
    sides = {"at the common": common, "at each arm's own": own}
    found: dict[str, dict[str, str]] = {}
    for name, side in sides.items():
        for v in side.verdicts:
            told = effect(v.decisive)
            text = worded(v) if told == ABSENT else f"{worded(v)}: {told}"
            found.setdefault(claimed(v), {})[name] = text
        for d in side.differences:
            said = f"{d.name} against {side.study.baseline} on {d.where}"
            found.setdefault(said, {})[name] = f"{worded(d)}: {effect(d.comparison)}"
    return pd.DataFrame(
        [
            {"claim": said} | {n: words.get(n, ABSENT) for n in sides}
            for said, words in found.items()
        ]
    )


def _last(key: str) -> str:
    return key.rpartition(".")[2]
