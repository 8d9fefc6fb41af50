"""The names of a folder of findings and of its files, which `report` writes and others read."""

from pathlib import Path

from shoal.errors import UserError

README = "README.md"
READING = "reading.md"  # people's interpretation; never overwritten
PAGE = "index.html"

STUDY = "study.json"  # facts of the study that its tables don't contain
RUNS, SCORES, CURVES = "runs.csv", "scores.csv", "curves.csv"
ROWS = (STUDY, RUNS, SCORES, CURVES)  # the files that a study is read back from


def place(folder: Path) -> str:
    """Return the name of a folder of findings: `<question>/<data>-x<scale>-<budget>`."""
    return "/".join(folder.resolve().parts[-2:])


def not_findings(folder: Path) -> UserError:
    """Return the error for a folder that holds no findings."""
    return UserError(
        f"{folder} is no folder of findings: name one, e.g. experiments/ablation/t91-x3-standard"
    )
