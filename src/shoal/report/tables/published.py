"""What the literature reports for the same network, test set and scale."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from shoal.errors import UserError
from shoal.results import Study

COLUMNS = ["method", "set", "scale", "psnr", "ssim", "training_macs", "source"]
# What papers call models whose names a config can't have; `selfex` is after Glasner.
CALLED = {"aplus": "a+", "ne-lle": "ne+lle", "ne-nnls": "ne+nnls", "selfex": "glasner"}
# What they call, in brackets behind a method, the pictures of an option of `conf/data`.
PICTURES = {"t91": "91-image", "t91_brief": "91-image"}
# Pictures of the sets of which scores are published: a mean of some of them is another number.
SIZES = {"Set5": 5, "Set14": 14, "BSD100": 100, "Urban100": 100}
PUBLISHED = Path(__file__).with_name("published.csv")


def load_published(path: Path = PUBLISHED) -> pd.DataFrame:
    """Read published.csv: method, set, scale, psnr (dB), ssim, training_macs, source.

    `training_macs` is what training took in the paper, in multiply-adds, where that can be known;
    empty where it can't.

    Raises:
        UserError: the file is absent or has other columns.
    """
    if not path.is_file():
        raise UserError(f"{path} is absent: it holds the published scores; restore it")
    table = pd.read_csv(path)
    if list(table.columns) != COLUMNS:
        raise UserError(f"{path} has columns {list(table.columns)}, not {COLUMNS}: restore it")
    return table.astype(dict.fromkeys(("psnr", "ssim", "training_macs"), float))


def reference(
    published: pd.DataFrame, model: str | None, dataset: str, scale: int, data: str | None = None
) -> pd.Series:
    """The published row of a model: methods are called as models are, but for case and hyphens.

    A method's name may go on in brackets, with what it was trained on: that row is taken where
    `data` is the same, and stands in where the plain one isn't there.

    Returns:
        as `published` has it; all missing where nothing is published.
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
    """On which of a study's test sets nothing is published, and what others quote as EEDS."""
    absent = [name for name in sets if not published["set"].eq(name).any()]
    sentences = [f"nothing is published on {', '.join(absent)}"] if absent else []
    ours = {(model or "").casefold() for model in study.models.values()}
    plus = published[published["method"].eq("EEDS+") & published["scale"].isin(study.scales)]
    plus = plus[plus["set"].isin(sets)]
    if "eeds" in ours and len(plus):
        values = ", ".join(f"{r.psnr:.2f} dB on {r.set} x{r.scale}" for r in plus.itertuples())
        sentences.append(f"others quote EEDS+, the paper's variant of EEDS, at {values}")
    return sentences
