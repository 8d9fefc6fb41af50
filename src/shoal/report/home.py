"""Where the findings of a study lie."""

from pathlib import Path

from shoal.results.kept import precision as kept_precision
from shoal.runs.findings import READING


def home(out: Path, folder: str, precision: str) -> Path:
    """The folder of a study's findings, which no study of another precision takes from it.

    A name tells the precision only where two studies differ in nothing else: who comes second, goes
    to `<name>-<precision>`, and there again.

    Args:
        out: the folder of all findings.
        folder: as the grid's plan calls it, e.g. `ablation/t91-x3-standard`.
        precision: of the study.

    Raises:
        UserError: what the folder says of itself is damaged.
    """
    plain = out / folder
    named = plain.with_name(f"{plain.name}-{precision}")
    taken = kept_precision(plain) not in (None, precision)
    return named if taken or named.is_dir() else plain


def reading(folder: Path) -> str:
    """The Markdown of `reading.md`: what people make of the findings."""
    path = folder / READING
    return path.read_text().strip() if path.is_file() else ""
