"""The parts of a capsule beside its findings: README, table of data, and lock file."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from shoal.capsule.configs import Row
from shoal.runs import findings
from shoal.runs.values import START
from shoal.system.files import csv_text

FINDINGS = "findings"  # their folder
STUDY, RUNS = (f"{FINDINGS}/{name}" for name in (findings.STUDY, findings.RUNS))
APART = ("python", "shoal")  # recorded versions that aren't packages of the lock file


def rows_of(text: bytes) -> list[dict[str, str]]:
    """The finished rows of `runs.csv`, with all values as text.

    Raises:
        ValueError, LookupError: it isn't the `runs.csv` of findings.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(text.decode(), newline=""), restval=""))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    finished = [row for row in rows if row["state"] == "finished"]
    for row in finished:
        row["id"], row["command"], row["results"], row["steps"], row["weights_sha256"]
        if PurePosixPath(row["id"]).name != row["id"]:
            raise ValueError(f"{row['id']!r} is no name of a run")
    return finished


def data_table(rows: Sequence[Row]) -> bytes:
    """`data.csv`: the digest of each picture set, and the number of runs that used it."""
    seen = Counter(
        (column.partition("/")[2], text)
        for row in rows
        for column, text in row.items()
        if column.startswith("data_digests/") and text
    )
    lines = [{"set": name, "digest": digest, "runs": n} for (name, digest), n in seen.items()]
    return csv_text(("set", "digest", "runs"), sorted(lines, key=lambda each: each["set"])).encode()


def lock(constraints: str, rows: Sequence[Row]) -> bytes:
    r"""The constraints, with recorded packages at the version that most rows have.

    >>> row = {"versions/torch": "2.12.1+cpu", "versions/python": "3.11.7"}
    >>> lock("numpy==2.4.6\ntorch==2.13.0\n", [row])
    b'numpy==2.4.6\ntorch==2.12.1\n'
    """
    for column in {column for row in rows for column in row if column.startswith("versions/")}:
        name = column.partition("/")[2]
        ((version, _),) = Counter(row[column] for row in rows).most_common(1)
        if version and name not in APART:
            pin = f"{name}=={version.partition('+')[0]}"
            constraints = re.sub(rf"(?m)^{re.escape(name)}==.*$", pin, constraints)
    return constraints.encode()


def lacks(command: str, modules: Sequence[str], rows: Sequence[Row] = ()) -> list[str]:
    """What redoing a study needs beyond its capsule, a line each.

    >>> print(*lacks("shoal train --config-dir mine/conf model=mine", ["installed timm", "mine"]))
    the package timm the module mine the YAML files of --config-dir mine/conf
    >>> lacks("shoal train", [], [{"start_sha256": "1f3a"}])
    ['weights that training starts from, of the SHA-256 digest 1f3a']
    """
    found = [
        f"the package {each.partition(' ')[2]}" if " " in each else f"the module {each}"
        for each in modules
    ]
    starts = sorted({row.get(START, "") for row in rows} - {""})
    found += [f"weights that training starts from, of the SHA-256 digest {each}" for each in starts]
    folder = re.search(r"(?:--config-dir|-cd)[ =](\S+)", command)
    return [*found, *([f"the YAML files of --config-dir {folder[1]}"] if folder else [])]


def readme(
    name: str, question: str, command: str, rows: Sequence[Row], lacking: Sequence[str]
) -> bytes:
    """The README of the capsule."""
    commits = sorted({row.get("commit", "") for row in rows} - {""})
    pythons = sorted({row.get("versions/python", "") for row in rows} - {""})
    text = f"""# {name}

{question}

    {command}

redoes it, in a checkout of Shoal or from its wheel (`shoal train` is `python train.py`). Made at
commit {", ".join(commits) or "unknown"}, with the packages of `constraints.txt` and Python
{", ".join(pythons) or "3.11 or newer"}.

| | |
|---|---|
| `findings/` | rows, tables, figures and verdicts, as `shoal report` wrote them |
| `configs/` | the whole config of each run, from which its id follows |
| `data.csv` | the SHA-256 digest of each set of pictures |
| `constraints.txt` | the exact version of each package: `pip install -c constraints.txt` |
| `weights/` | the trained networks, where they were packed too |
| `code/` | the modules of the study's own, where there are any: `PYTHONPATH=code` |
| `ro-crate-metadata.json` | all of it, described as an RO-Crate (a research object of files) |

`shoal capsule verify FILE` checks the whole.
"""
    if lacking:
        lines = "\n".join(f"- {each}" for each in lacking)
        text += f"\nRedoing it also takes what isn't in it:\n\n{lines}\n"
    return text.encode()
