"""The index of all findings: a line for each, grouped by the question it answers."""

import re
from pathlib import Path

from tabulate import tabulate

INDEX = """# Experiments

A folder per question, and in it one for each answer: `<question>/<data>-x<scale>-<budget>/`, made
by the command that its README names. Tables, figures and verdicts follow from the rows beside them.

{table}
"""


def index(out: Path) -> str:
    """The list of findings: question, answer in one line, link; read from each folder's README."""
    rows, before = [], ""
    for readme in sorted(out.rglob("README.md")):
        if readme.parent == out:
            continue
        text, name = readme.read_text(), readme.parent.relative_to(out).as_posix()
        question, answer = (_sentence(text, word) for word in ("Question", "Answer"))
        asked = "" if question == before else question
        rows.append([asked, f"[{name}]({name}/README.md)", answer])
        before = question
    heads = ["question", "findings", "answer"]
    return INDEX.format(table=tabulate(rows, headers=heads, tablefmt="github"))


def _sentence(readme: str, word: str) -> str:
    found = re.search(rf"^\*\*{word}\.\*\* (.+)$", readme, re.MULTILINE)
    return found.group(1) if found else ""
