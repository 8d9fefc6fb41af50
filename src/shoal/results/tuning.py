"""Which value of a key is best for each arm, by the rows of the grid that tried the values."""

from collections.abc import Mapping
from typing import Any

from shoal.results.collapse import living, survival
from shoal.results.issued import read
from shoal.results.kept import read_kept
from shoal.results.study import Study
from shoal.runs.findings import STUDY
from shoal.runs.plans import plan_path


def trials(study: Study, tried: Mapping[str, tuple[str, Any]]) -> list[dict[str, Any]]:
    """The result of each value that was tried.

    Args:
        study: the grid that tried the values.
        tried: for each label of that grid, the arm and the value that it stands for.

    Returns:
        rows, in the order given: arm, value, psnr (dB), survived, ended. `psnr` is the mean over
        the survivors' last validations; if none survived, over all runs that finished; None if
        none did.
    """
    alive, counts = living(study), survival(study)
    rows = []
    for label, (arm, value) in tried.items():
        some = label in set(alive["arm"])
        runs = (alive if some else study.finished).query("arm == @label")
        # Each scale has the same weight, however many of its runs survived.
        means = runs["val/final_psnr"].astype(float).groupby(runs["scale"]).mean()
        count = counts[counts.index.get_level_values("arm") == label].sum()
        psnr = None if means.empty else round(float(means.mean()), 6)
        facts = {"arm": arm, "value": value, "psnr": psnr}
        rows.append(facts | {name: int(count[name]) for name in ("survived", "ended")})
    return rows


def chosen(rows: list[dict[str, Any]], common: Mapping[str, Any], margin: float) -> dict[str, Any]:
    """The value that each arm takes, by arm.

    A value with fewer collapsed runs is preferred, then the higher mean, then the value that was
    listed first. The common value is kept unless the best one leads by more than the margin, since
    a smaller lead over few seeds may be chance.

    Args:
        rows: from `trials`.
        common: the common value, by arm; ignored if it wasn't tried.
        margin: dB.
    """
    arms: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        arms.setdefault(row["arm"], []).append(row)
    found = {}
    for arm, tried in arms.items():
        best = max(tried, key=_rank)
        stays = [row for row in tried if row["value"] == common.get(arm)]
        found[arm] = next((row for row in stays if not _leads(best, row, margin)), best)["value"]
    return found


def _leads(best: Mapping[str, Any], row: Mapping[str, Any], margin: float) -> bool:
    (lost, psnr), (least, highest) = _rank(row), _rank(best)
    return least > lost or highest > psnr + margin


def beside(study: Study) -> Study | None:
    """The study at the common value, for a study in which each arm has its own value.

    Returns:
        it, read from runs or from the findings in a neighbouring folder; None if it isn't there.

    Raises:
        UserError: one of its files is damaged.
    """
    digest = study.tuned.get("beside")
    if not (study.root / STUDY).is_file():
        path = plan_path(study.root, study.experiment, str(digest))
        return read(path) if digest and path.is_file() else None
    there = (read_kept(path.parent) for path in sorted(study.root.parent.glob(f"*/{STUDY}")))
    return next((each for each in there if each.digest == digest), None) if digest else None


def _rank(row: Mapping[str, Any]) -> tuple[int, float]:
    lost = row["ended"] - row["survived"]
    return -lost, float("-inf") if row["psnr"] is None else row["psnr"]
