"""A folder of findings: its name, and its files by name, which one package writes and many read."""

from pathlib import Path

from shoal.errors import UserError

README = "README.md"
READING = "reading.md"  # what people make of it; never written over
PAGE = "index.html"

STUDY = "study.json"  # what the tables beside it don't say
RUNS, SCORES, CURVES = "runs.csv", "scores.csv", "curves.csv"
ROWS = (STUDY, RUNS, SCORES, CURVES)  # from which a study is read again


def place(folder: Path) -> str:
    """How a folder of findings is called: `<question>/<data>-x<scale>-<budget>`."""
    return "/".join(folder.resolve().parts[-2:])


def not_findings(folder: Path) -> UserError:
    """What is said of a folder that was named as one of findings, and is none."""
    return UserError(
        f"{folder} is no folder of findings: name one, e.g. experiments/ablation/t91-x3-standard"
    )
