"""The birth certificate of a number: the runs, code, data and commands behind a table cell."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from shoal.errors import UserError
from shoal.results.outdated import made_by
from shoal.results.sources import age, from_findings, from_runs
from shoal.results.study import KEY
from shoal.runs.tables import extras

# Facts that the runs of one cell should share; where they don't, each value names its runs.
SHARED = {
    "data": "training data",
    "budget": "budget",
    "results": "results version",
    "commit": "commit",
    "dirty": "uncommitted changes",
    "precision": "precision",
    "processor": "processor",
    "accelerator": "accelerator",
    "threads": "threads",
    "devices": "devices",
}
# Columns with a meaning of their own behind the slash.
FAMILIES = {"data_digests": "digest of", "versions": "version of", "code": "code of"}
PER_RUN = ["seed", "psnr", "ssim", "images", "resumed", "finished_at"]


def explain(
    model: str,
    dataset: str,
    scale: int,
    runs: Path,
    experiments: Sequence[Path],
    experiment: str | None = None,
    *,
    every: bool = False,
) -> str:
    """What stands behind the score of a model (or of an arm of that label) on a test set.

    Args:
        model: a model's or an arm's name.
        dataset: a test set's name, e.g. `Set5`, in any case.
        scale: of the enlargement.
        runs: folder of runs; may be gone.
        experiments: folders of findings, which answer for runs that are gone.
        experiment: how the name of the experiment begins, e.g. `ablation`; None: of any, and of
            none.
        every: whether all cells are told of; else the newest, and how many others there are.

    Returns:
        one certificate per cell: an arm of an experiment, or runs that no experiment names; the
        newest first, those of short trials (`budget=smoke`) last.

    Raises:
        UserError: no finished run has such a score.
    """
    found: list[tuple[bool, str, str]] = []  # no trial, when it finished, text
    seen = set[tuple[str, ...]]()
    for rows, scores in [from_runs(runs), *from_findings(experiments)]:
        wanted = rows[
            (rows["arm"].eq(model) | rows["model"].eq(model)) & rows["scale"].eq(str(scale))
        ]
        cells = wanted.groupby([wanted["where"], wanted["arm"], made_by(wanted)], sort=False)
        for (where, arm, _), cell in cells:
            if experiment and not str(where).startswith(f"experiment {experiment}"):
                continue
            alike = scores["dataset"].str.casefold().eq(dataset.casefold())
            named = scores[alike & scores["id"].isin(cell["id"])]
            key = (where, arm, *sorted(cell["id"]))
            if len(named) and key not in seen:
                seen.add(key)
                for _, part in named.groupby("protocol"):
                    scored = cell[cell["id"].isin(part["id"])]
                    found.append((*age(scored), _certificate(cell, part)))
    if not found:
        raise UserError(
            f"no finished run of {model}{f' in {experiment}' if experiment else ''} was scored on "
            f"{dataset} at x{scale} in {runs} or {' or '.join(map(str, experiments))}: "
            f"shoal train model={model} scale={scale}"
        )
    texts = [text for *_, text in sorted(found, key=lambda each: each[:2], reverse=True)]
    if every or len(texts) == 1:
        return "\n\n".join(texts)
    others = f"{len(texts) - 1} more: --all shows them, --experiment NAME those of one experiment"
    return f"{texts[0]}\n\n{others}"


def _certificate(cell: pd.DataFrame, scores: pd.DataFrame) -> str:
    by = scores.groupby("id", sort=False)
    # What `metrics=` added, where all these runs have it.
    added = [name for name in extras(map(str, scores.dropna(axis=1))) if name not in (*KEY, "id")]
    others = {name: (name, "mean") for name in added}
    means = by.agg(psnr=("psnr", "mean"), ssim=("ssim", "mean"), images=("image", "size"), **others)
    rows = cell.drop_duplicates("id").set_index("id").join(means, how="inner")
    first, score = rows.iloc[0], scores.iloc[0]
    lines = [
        f"{first['arm']} on {score['dataset']} x{first['scale']}: {_spread(rows['psnr'], 2)} dB, "
        f"SSIM {_spread(rows['ssim'], 4)}"
        + "".join(f", {name} {_spread(rows[name], 4)}" for name in others),
        f"  {first['where']}, arm {first['arm']}, model {first['model']}",
        f"  protocol {score['protocol']}: mean over pictures of each run, then over {_count(rows)}",
    ]
    for column, meaning in _facts(rows):
        lines += [f"  {meaning}: {text}" for text in _values(rows, column)]
    for name, row in rows.iterrows():
        told = [key for key in (*PER_RUN, *others) if str(row.get(key, "")) != ""]
        facts = [f"{key} {_shown(row[key])}" for key in told]
        lines += [f"  run {name}: {', '.join(facts)}"]
        lines += [f"    weights sha256 {row['weights_sha256']}"] if row["weights_sha256"] else []
        lines += [f"    redo: {row['command']}"]
    return "\n".join(lines)


def _facts(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield from SHARED.items()
    for family, meaning in FAMILIES.items():
        for column in rows.columns:
            if str(column).startswith(f"{family}/"):
                yield column, f"{meaning} {str(column).partition('/')[2]}"


def _values(rows: pd.DataFrame, column: str) -> list[str]:
    if column not in rows:  # findings that are older than the fact
        return ["unknown"]
    groups = rows.groupby(column, sort=False)
    if len(groups) == 1:
        value = str(rows[column].iloc[0])
        return [value or "unknown"] if column in SHARED or value else []
    return [f"{str(value) or 'unknown'} ({', '.join(part.index)})" for value, part in groups]


def _spread(values: pd.Series, digits: int) -> str:
    mean = f"{values.mean():.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ± {values.std():.{digits}f}"


def _count(rows: pd.DataFrame) -> str:
    return "1 run" if len(rows) == 1 else f"all {len(rows)} seeds that finished (± sd)"


def _shown(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
