"""Where a number was made."""

import subprocess
from pathlib import Path

import pytest
import torch

from shoal.runs import environment


@pytest.mark.parametrize(("capability", "said"), [("AVX512", ", AVX512"), ("DEFAULT", "")])
def test_processors_of_one_name_are_told_apart_by_their_instructions(
    monkeypatch: pytest.MonkeyPatch, capability: str, said: str
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(environment, "_cpu", lambda: "AMD EPYC")
    assert environment.processor(torch.device("cpu")) == f"AMD EPYC{said}"


def test_a_processor_has_a_name() -> None:
    assert environment.processor(torch.device("cpu")).strip(", ")


@pytest.mark.parametrize(
    ("changed", "differs"),
    [("src/shoal/models/eed.py", True), ("conf/task/fast.yaml", True), ("docs/new.md", False)],
)
def test_whatever_decides_runs_and_differs_from_the_commit_makes_it_dirty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str, differs: bool
) -> None:
    module = tmp_path / "src/shoal/runs/environment.py"
    for path in (module, tmp_path / "conf/task/fast.yaml", tmp_path / "src/shoal/models/eed.py"):
        path.parent.mkdir(parents=True)
        path.write_text("committed")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], check=True)
    monkeypatch.setattr(environment, "__file__", str(module))
    head, dirty = environment.commit()
    assert (len(head or ""), dirty) == (40, False)
    (tmp_path / changed).parent.mkdir(exist_ok=True)
    (tmp_path / changed).write_text("changed")
    assert environment.commit() == (head, differs)


def test_a_package_outside_a_checkout_has_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "__file__", str(tmp_path / "shoal/runs/environment.py"))
    assert environment.commit() == (None, None)
