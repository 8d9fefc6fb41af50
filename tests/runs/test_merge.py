"""`shoal runs merge`: another machine's runs come in, or it is said why not."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.composing import configured
from shoal.cli import app
from shoal.runs.folder import RunFolder
from shoal.training import run as training


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, small_pictures: tuple[str, str]
) -> RunFolder:
    paths = (f"paths.runs={tmp_path_factory.mktemp('runs')}", f"paths.cache={cache}")
    cfg = configured("model=ees", "budget=smoke", "logger=none", *paths, *small_pictures)
    return training.train(cfg, "python train.py")


@pytest.fixture
def there(made: RunFolder, tmp_path: Path) -> RunFolder:
    """A run of the other machine, which may be spoilt."""
    return RunFolder(Path(shutil.copytree(made.path, tmp_path / "there" / made.id)))


@pytest.fixture
def here(there: RunFolder, tmp_path: Path) -> RunFolder:
    """Where it will be."""
    return RunFolder(tmp_path / "here" / there.id)


def merge(there: RunFolder, here: RunFolder) -> tuple[int, str]:
    folders = map(str, (there.path.parent, "--runs", here.path.parent))
    result = CliRunner().invoke(app, ["runs", "merge", *folders])
    left = list(here.path.parent.glob(".merging-*"))
    assert not left
    return result.exit_code, f"{result.output}{result.exception or ''}"


def files(folder: RunFolder) -> dict[str, bytes]:
    paths = (path for path in folder.path.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in paths}


def test_a_run_and_the_plan_it_belongs_to_come_in(there: RunFolder, here: RunFolder) -> None:
    plans = there.path.parent / ".experiments"
    plans.mkdir()
    (plans / "ablation-0a1b2c3d.json").write_text("{}")
    code, said = merge(there, here)
    assert (code, said) == (0, f"{there.id}  brought\nablation-0a1b2c3d  plan brought\n")
    assert files(here) == files(there)
    assert (here.path.parent / ".experiments" / "ablation-0a1b2c3d.json").is_file()


def test_a_run_that_does_not_verify_is_refused_and_leaves_nothing(
    there: RunFolder, here: RunFolder
) -> None:
    content = bytearray(there.weights.read_bytes())
    content[-1] ^= 1
    there.weights.write_bytes(content)
    code, said = merge(there, here)
    assert code == 1
    assert f"{there.id}  refused: weights.safetensors has other bytes" in said
    assert not list(here.path.parent.iterdir())


def test_a_finished_run_stays_and_one_that_differs_is_named(
    there: RunFolder, here: RunFolder
) -> None:
    shutil.copytree(there.path, here.path)
    before = files(here)
    assert merge(there, here) == (0, f"{there.id}  kept: the same here\n")
    there.write_json("record.json", there.record() | {"weights_sha256": "0" * 64})
    code, said = merge(there, here)
    assert code == 1
    assert "refused: finished here with other weights; ours is kept" in said
    assert files(here) == before


def test_an_unfinished_run_makes_way_unless_a_process_works_on_it(
    there: RunFolder, here: RunFolder
) -> None:
    here.create()
    here.set_status("failed", reason="killed", step=20)
    (here.path / "lock").touch()
    with subprocess.Popen(["flock", here.path / "lock", "cat"], stdin=subprocess.PIPE) as other:
        while not here.held:
            pass
        code, said = merge(there, here)
        other.communicate()
    assert code == 1
    assert "refused" in said
    assert not here.finished
    assert merge(there, here) == (0, f"{there.id}  brought, in place of an unfinished one\n")
    assert files(here) == files(there)


def test_what_is_not_finished_there_is_left(there: RunFolder, here: RunFolder) -> None:
    (there.path / "record.json").unlink()
    there.set_status("failed", reason="killed")
    assert merge(there, here) == (0, f"{there.id}  left: it is failed there\n")


@pytest.mark.parametrize("other", ["nowhere", "here"])
def test_a_folder_that_is_none_or_the_same_is_refused(tmp_path: Path, other: str) -> None:
    (tmp_path / "here").mkdir()
    folders = map(str, (tmp_path / other, "--runs", tmp_path / "here"))
    result = CliRunner().invoke(app, ["runs", "merge", *folders])
    assert result.exit_code == 1
    assert "folder" in str(result.exception)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


@pytest.mark.parametrize("spoil", [pipe, link])
def test_a_run_of_links_or_pipes_is_refused_and_the_rest_goes_on(
    there: RunFolder, here: RunFolder, spoil: Callable[[Path], None]
) -> None:
    other = RunFolder(there.path.with_name("aaa-" + there.id))
    shutil.copytree(there.path, other.path)
    spoil(other.path / "log.txt")
    code, said = merge(there, here)
    assert code == 1
    assert f"{other.id}  refused: log.txt is no plain file" in said
    assert f"{there.id}  brought\n" in said


def test_what_is_no_part_of_a_run_stays_where_it_is(
    there: RunFolder, here: RunFolder, tmp_path: Path
) -> None:
    (there.path / "secret").symlink_to("/etc/passwd")
    (there.path / "endless").symlink_to("/dev/zero")
    os.mkfifo(there.path / "pipe")
    assert merge(there, here) == (0, f"{there.id}  brought\n")
    assert not {"secret", "endless", "pipe"} & {path.name for path in here.path.iterdir()}


def test_samples_and_plans_that_are_links_are_refused(there: RunFolder, here: RunFolder) -> None:
    plans = there.path.parent / ".experiments"
    plans.mkdir()
    (plans / "ablation-0a1b2c3d.json").symlink_to("/etc/passwd")
    shutil.rmtree(there.samples)
    there.samples.symlink_to("/etc")
    code, said = merge(there, here)
    assert code == 1
    assert "refused: samples is no folder" in said
    assert "ablation-0a1b2c3d  plan refused" in said


def test_a_config_that_fills_memory_is_refused(there: RunFolder, here: RunFolder) -> None:
    (there.path / "config.yaml").write_text("a: &a [x]\nb: &b [*a, *a]\n")
    code, said = merge(there, here)
    assert code == 1
    assert "refused: config.yaml is no config: it isn't plain" in said
