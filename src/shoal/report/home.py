"""Where the findings of a study are kept."""

from pathlib import Path

from shoal.results.kept import precision as kept_precision
from shoal.runs.findings import READING


def home(out: Path, folder: str, precision: str) -> Path:
    """The folder of a study's findings.

    Studies that differ only in precision would share a folder. The one that is written later goes
    to `<name>-<precision>`, and stays there.

    Args:
        out: the folder of all findings.
        folder: its name in the grid's plan, e.g. `ablation/t91-x3-standard`.
        precision: of the study.

    Raises:
        UserError: the `study.json` of the folder is damaged.
    """
    plain = out / folder
    named = plain.with_name(f"{plain.name}-{precision}")
    taken = kept_precision(plain) not in (None, precision)
    return named if taken or named.is_dir() else plain


def reading(folder: Path) -> str:
    """The Markdown of `reading.md`: a human interpretation of the findings."""
    path = folder / READING
    return path.read_text().strip() if path.is_file() else ""
