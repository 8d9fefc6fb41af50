"""What may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import shoal
from helpers.composing import ROOT

PACKAGE = ROOT / "src" / "shoal"
HEAVY = ("torch", "lightning", "torchmetrics", "wandb")


def imported(statement: str) -> set[str]:
    """The top-level modules that a statement brings into a fresh interpreter."""
    script = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return set(done.stdout.splitlines()[-1].split())


RUNS_WITH_TORCH = {"environment", "preflight", "verify", "merge"}
LIGHT = [
    *(
        "results",
        "results.listing",
        "claims",
        "seeding.loop",
        "seeding.study",
        "report.publish",
        "report.folder",
        "search.space",
    ),
    *("grid.plan", "grid.local", "grid.remote", "grid.fairness", "data.selection"),
    *("capsule.pack", "capsule.check"),
    *(
        f"runs.{path.stem}"
        for path in sorted((PACKAGE / "runs").glob("[!_]*.py"))
        if path.stem not in RUNS_WITH_TORCH
    ),
]


def test_what_composes_runs_and_reads_records_never_imports_torch() -> None:
    one_after_another = f"""
import importlib, sys
for module in {LIGHT}:
    importlib.import_module("shoal." + module)
    assert not {set(HEAVY)} & sys.modules.keys(), module + " imports what is heavy"
"""
    assert not imported(one_after_another) & set(HEAVY)


def test_help_and_mistakes_are_said_before_any_array_is_needed() -> None:
    assert not imported("import shoal.entry, shoal.runs.config") & {"numpy", "PIL", *HEAVY}


def command(*words: object) -> str:
    """A script that is a command of `shoal`, whose own imports happen inside it."""
    call = f"import sys\nsys.argv = {['shoal', *map(str, words)]}"
    return f"{call}\nfrom shoal.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass"


def test_a_report_is_written_without_torch() -> None:
    # it gets as far as looking for the grid
    script = command("report", "nothing", "--runs", "nowhere")
    assert not imported(script) & set(HEAVY)


def test_pictures_are_enlarged_and_made_smaller_without_torch(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOAL_CACHE", str(cache))
    shoal.load("eeds_fast", scale=2, runtime="onnxruntime")  # keeps its graph
    Image.new("RGB", (7, 5)).save(tmp_path / "p.png")
    for words in (("upscale", "--runtime", "onnxruntime"), ("degrade",)):
        output = tmp_path / words[0]
        script = command(*words, tmp_path / "p.png", "--scale", 2, "-o", output)
        assert not imported(script) & {*HEAVY, "pandas", "matplotlib", "scipy"}
        assert list(output.glob("p*.png"))


def test_training_imports_neither_matplotlib_nor_scipys_signals_until_they_are_used() -> None:
    there = """
import os, sys
import shoal.training
names = {"matplotlib", "pandas", "scipy.signal", "scipy.stats"} & set(sys.modules)
assert not names, names
os.environ["MPLBACKEND"] = "agg"
from torchmetrics import MeanMetric
mean = MeanMetric()
mean.update(1.0)
figure, _ = mean.plot()
import scipy.signal
assert len(scipy.signal.windows.hamming(3)) == 3
"""
    assert "matplotlib" in imported(there)


def test_the_command_line_starts_with_nothing_heavy() -> None:
    assert not imported("import shoal.cli") & {*HEAVY, "pandas", "matplotlib", "scipy"}


def test_grids_and_searches_end_without_what_draws_figures() -> None:
    assert "matplotlib" not in imported("from shoal.report import home, index, joint, live")


# What each package may import from the others, beside `errors`, which all may. Whatever is no key
# of it isn't a package of ours.
SYSTEM, PICTURES = {"system"}, {"system", "pictures"}
MODELS = {*PICTURES, "models"}
EVALUATION = {*MODELS, "data"}
RUNS = {*EVALUATION, "evaluation", "pretrained"}
TABLE: dict[str, set[str]] = {
    "system": set(),
    "pictures": SYSTEM,
    "data": PICTURES,
    "models": PICTURES,
    "evaluation": EVALUATION,
    "runs": RUNS,
    "dashboards": SYSTEM,
    "training": {*RUNS, "runs", "dashboards"},
    "grid": {*RUNS, "runs"},
    "results": {"system", "runs"},
    "claims": {"results", "runs", "system"},
    "report": {"system", "runs", "results", "claims", "dashboards"},
    "seeding": {"system", "runs", "grid", "results", "claims", "report"},
    "search": {"system", "data", "runs", "grid", "report"},
    "pretrained": set(),
    "importing": MODELS,
    "upscale": {*RUNS, "runs"},
    "capsule": {"system", "runs", "grid"},  # composes configs as a grid does
    "scripting": {*RUNS, "runs", "grid", "results", "training"},
}
# On top: the entry points, which whoever adds a command adds to.
TOPS = ("cli",)


def packages_imported(path: Path) -> set[str]:
    """The packages of ours that a file imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module == "shoal":
            names = [f"shoal.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("shoal.")}
    return found - {"errors"}


@pytest.mark.parametrize("package", TABLE)
def test_what_a_package_imports_lies_below_it(package: str) -> None:
    files = list((PACKAGE / package).rglob("*.py"))
    assert files
    for path in files:
        assert packages_imported(path) <= TABLE[package] | {package}, path


def test_every_package_is_in_the_table_and_little_lies_beside_them() -> None:
    there = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert there == {*TABLE, *TOPS}
    assert len(list(PACKAGE.glob("*.py"))) <= 4
    for name in there:
        assert (PACKAGE / name / "__init__.py").read_text().startswith('"""'), name
