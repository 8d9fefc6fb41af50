"""What the literature reports for the same network, test set and scale."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from shoal.errors import UserError
from shoal.results import Study

COLUMNS = ["method", "set", "scale", "psnr", "ssim", "training_macs", "source"]
# The names in papers of models that configs must call otherwise; `selfex` is Glasner's method.
CALLED = {"aplus": "a+", "ne-lle": "ne+lle", "ne-nnls": "ne+nnls", "selfex": "glasner"}
# The names in papers, in brackets after a method, of training sets, by option of `conf/data`.
PICTURES = {"t91": "91-image", "t91_brief": "91-image"}
# The sizes of test sets with published scores: a mean over fewer pictures isn't comparable.
SIZES = {"Set5": 5, "Set14": 14, "BSD100": 100, "Urban100": 100}
PUBLISHED = Path(__file__).with_name("published.csv")


def load_published(path: Path = PUBLISHED) -> pd.DataFrame:
    """Read published.csv: method, set, scale, psnr (dB), ssim, training_macs, source.

    `training_macs` is the cost of the paper's own training in multiply-adds; empty if unknown.

    Raises:
        UserError: the file is absent or has other columns.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing: it holds the published scores; restore it")
    table = pd.read_csv(path)
    if list(table.columns) != COLUMNS:
        raise UserError(f"{path} has columns {list(table.columns)}, not {COLUMNS}: restore it")
    return table.astype(dict.fromkeys(("psnr", "ssim", "training_macs"), float))


def reference(
    published: pd.DataFrame, model: str | None, dataset: str, scale: int, data: str | None = None
) -> pd.Series:
    """The published row of a model; names are matched regardless of case, hyphens and underscores.

    A method's name may be followed by its training set in brackets. The row with the training set
    `data` is preferred, then the row without brackets, then any other.

    Returns:
        a row of `published`; all values are missing if nothing is published.
    """
    name = (model or "").replace("_", "-").casefold()
    name = CALLED.get(name, name)
    there = published[published["set"].eq(dataset) & published["scale"].eq(scale)]
    methods = there["method"].str.replace("_", "-").str.casefold()
    same = methods.eq(f"{name} ({PICTURES.get(data or '')})")
    plain, bracketed = methods.eq(name), methods.str.startswith(f"{name} (")
    rows = there[next((each for each in (same, plain) if each.any()), bracketed)]
    return rows.iloc[0] if len(rows) else pd.Series(dict.fromkeys(COLUMNS))


def remarks(published: pd.DataFrame, study: Study, sets: Sequence[str]) -> list[str]:
    """Notes: the test sets without published scores, and the scores that others quote for EEDS+."""
    absent = [name for name in sets if not published["set"].eq(name).any()]
    sentences = [f"nothing is published on {', '.join(absent)}"] if absent else []
    ours = {(model or "").casefold() for model in study.models.values()}
    plus = published[published["method"].eq("EEDS+") & published["scale"].isin(study.scales)]
    plus = plus[plus["set"].isin(sets)]
    if "eeds" in ours and len(plus):
        values = ", ".join(f"{r.psnr:.2f} dB on {r.set} x{r.scale}" for r in plus.itertuples())
        sentences.append(f"others report EEDS+, the paper's variant of EEDS, at {values}")
    return sentences
