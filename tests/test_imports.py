import subprocess
import sys

import pytest

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
