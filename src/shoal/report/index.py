"""The index of all findings: a line for each, grouped by question."""

import posixpath
import re
from pathlib import Path

from tabulate import tabulate

from shoal.report.home import reading
from shoal.runs.findings import README

INDEX = """# Experiments

Each question has a folder, with one folder inside for each answer:
`<question>/<data>-x<scale>-<budget>/`. The README there gives the command that made it. Tables,
figures and verdicts are computed from the CSV files beside it.

{table}
"""


def index(out: Path) -> str:
    """The list of findings: question, link, answer in one line.

    The answer is the bold sentence at the beginning of `reading.md`, else the README's own.
    """
    rows, before = [], ""
    for readme in sorted(out.rglob(README)):
        if readme.parent == out:
            continue
        text, name = readme.read_text(), readme.parent.relative_to(out).as_posix()
        question = _sentence(text, "Question")
        answer = _read(reading(readme.parent), name) or _sentence(text, "Answer")
        asked = "" if question == before else question
        rows.append([asked, f"[{name}]({name}/README.md)", answer.replace("|", "\\|")])
        before = question
    heads = ["question", "findings", "answer"]
    return INDEX.format(table=tabulate(rows, headers=heads, tablefmt="github"))


def _sentence(readme: str, word: str) -> str:
    found = re.search(rf"^\*\*{word}\.\*\* (.+)$", readme, re.MULTILINE)
    return found.group(1) if found else ""


def _read(text: str, name: str) -> str:
    r"""The bold sentence at the beginning of `reading.md`, with links relative to the index.

    >>> _read("**Yes, [there](../b/README.md)\ntoo.** Some more.", "a/b-x3")
    'Yes, [there](a/b/README.md) too.'
    """
    found = re.match(r"\*\*(.+?)\*\*", text, re.DOTALL)
    sentence = " ".join(found.group(1).split()) if found else ""

    def placed(link: re.Match[str]) -> str:
        return link[0] if ":" in link[1] else f"]({posixpath.normpath(f'{name}/{link[1]}')})"

    return re.sub(r"\]\(([^)]+)\)", placed, sentence)
