import ast
import subprocess
import sys
from pathlib import Path

import pytest
from composing import ROOT

PACKAGE = ROOT / "src" / "shoal"
HEAVY = ("torch", "lightning", "torchmetrics", "wandb")


def imported(statement: str) -> set[str]:
    """The top-level modules that a statement brings into a fresh interpreter."""
    script = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["results", "results.listing", "claims", "report"])
def test_readers_of_records_never_import_torch(module: str) -> None:
    assert not imported(f"import shoal.{module}") & set(HEAVY)


def test_a_report_is_written_without_torch() -> None:
    # the command's own imports happen inside it: it gets as far as looking for the grid
    call = "import sys\nsys.argv = ['shoal', 'report', 'nothing', '--runs', 'nowhere']"
    script = f"{call}\nfrom shoal.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    assert not imported(script) & set(HEAVY)


def test_the_command_line_starts_with_nothing_heavy() -> None:
    assert not imported("import shoal.cli") & {*HEAVY, "pandas", "matplotlib", "scipy"}


# What each part may import from the rest of the package, the exceptions of `errors` apart.
TABLE: dict[str, set[str]] = {
    "files": set(),
    "lock": set(),
    "identity": set(),
    "metrics": set(),
    "images": {"files", "sixteen"},
    "sixteen": set(),
    "record": {"files", "lock"},
    "resample": {"images"},
    "data": {"bars", "images", "resample"},
    "models": {"resample"},
    "results": {"record"},
    "claims": {"results"},
    "report": {"claims", "files", "results"},
}


def parts_imported(path: Path) -> set[str]:
    """The modules and folders of the package that a file imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "shoal":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shoal."):
            found.add(str(node.module).split(".")[1])
    return found


@pytest.mark.parametrize("part", TABLE)
def test_what_a_part_imports_lies_below_it(part: str) -> None:
    files = [*PACKAGE.glob(f"{part}.py"), *PACKAGE.glob(f"{part}/**/*.py")]
    assert files
    for path in files:
        assert parts_imported(path) <= TABLE[part] | {part, "errors"}, path
