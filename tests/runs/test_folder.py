"""A run's folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shoal.errors import UserError
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind, recorded
from shoal.system.files import csv_text
from shoal.training.callbacks.checkpoints import checkpoints


@pytest.fixture
def folder(tmp_path):
    made = RunFolder(tmp_path / "runs" / "ees-x3-s0-00000000")
    made.create()
    return made


def test_only_a_record_makes_a_run_finished(folder):
    folder.set_status("finished")
    assert not folder.finished
    folder.write_json("record.json", {"id": folder.id})
    assert folder.finished
    assert folder.record() == {"id": folder.id}


def test_a_status_keeps_what_is_not_said_again(folder):
    folder.set_status("running", threads=2, resumed=1, step=5)
    folder.set_status("failed", reason="because")
    status = folder.status()
    assert (status["state"], status["reason"], status["threads"], status["step"]) == (
        "failed",
        "because",
        2,
        5,
    )
    folder.set_status("running")
    assert folder.status()["reason"] is None


def test_a_status_that_cannot_be_read_counts_as_none(folder):
    (folder.path / "status.json").write_text("{")
    assert folder.status() == {}


def test_rows_keep_every_digit_and_absent_values_are_empty(folder):
    folder.write_rows("curve.csv", ("a", "b"), [{"a": 0.1 + 0.2}, {"a": 1, "b": 2.5}])
    assert folder.rows("curve.csv") == [
        {"a": "0.30000000000000004", "b": ""},
        {"a": "1", "b": "2.5"},
    ]
    assert csv_text(("a",), []) == "a\n"


def test_clearing_forgets_everything_but_the_lock(folder):
    folder.write("config.yaml", "x")
    with folder.locked():
        folder.clear()
        assert [entry.name for entry in folder.path.iterdir()] == ["lock"]


def test_a_run_that_another_process_works_on_is_refused_and_free_at_its_death(folder):
    folder.set_status("running")
    code = (
        "import sys, time; from pathlib import Path; from shoal.runs.folder import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).locked(): print('held', flush=True); time.sleep(3600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder.path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        pid = json.loads((folder.path / "status.json").read_text())["pid"]
        with (
            pytest.raises(UserError, match=f"is being trained by process {pid} on"),
            folder.locked(),
        ):
            pass
        holder.kill()
    with folder.locked():
        pass


def test_a_folder_that_cannot_be_made_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "runs").write_text("a file is in the way")
    with pytest.raises(UserError, match=r"paths\.runs=DIR"):
        RunFolder(tmp_path / "runs" / "x").create()


@pytest.mark.parametrize("left_open", [{}, {"kind": None}])  # an old record, and one adopted of it
@pytest.mark.parametrize(("steps", "kind"), [(3600, Kind.TRAINED), (0, Kind.UNTRAINED)])
def test_a_record_that_names_no_kind_tells_it_by_its_steps(
    tmp_path: Path, left_open: dict[str, None], steps: int, kind: Kind
) -> None:
    (tmp_path / "record.json").write_text(json.dumps({"steps": steps} | left_open))
    assert RunFolder(tmp_path).kind is kind


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"kind": "fitted", "steps": 0}, Kind.FITTED),
        ({"kind": "", "steps": "3600"}, Kind.TRAINED),  # a line of runs.csv
        ({"kind": float("nan"), "steps": 0.0}, Kind.UNTRAINED),  # and of a table of several
        ({"steps": float("nan")}, Kind.UNTRAINED),
        ({"steps": None}, Kind.UNTRAINED),
    ],
)
def test_a_row_of_any_table_tells_its_kind(row: dict[str, object], kind: Kind) -> None:
    assert recorded(row) is kind


@pytest.mark.parametrize("text", ["[]", "3", '{"threads": "x"}', '{"threads": -5}', "[" * 100_000])
def test_a_status_that_says_nothing_sound_counts_as_none(folder, text):
    (folder.path / "status.json").write_text(text)
    assert folder.status() == {}
    assert folder.state() == "missing"


@pytest.mark.parametrize("text", ["[]", '{"id": ', "\xff", "[" * 100_000])
def test_a_record_that_is_none_is_named_with_the_remedy(folder, text):
    (folder.path / "record.json").write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=r"record\.json is no record \(.*\): train it anew, force="):
        folder.record()


def test_a_part_that_a_record_lacks_is_named(folder):
    folder.write_json("record.json", {"id": folder.id, "scores": 3, "kind": "odd"})
    with pytest.raises(UserError, match=r"is no record .it has no scores.: train it anew"):
        folder.record("scores")
    with pytest.raises(UserError, match=r"is no record .*odd"):
        _ = folder.kind


def test_a_curve_that_is_no_text_or_no_curve_is_named_with_the_remedy(folder):
    for content in (b"\xff\xfe\x00", b"garb,age\nx\n"):
        (folder.path / "curve.csv").write_bytes(content)
        with pytest.raises(UserError, match=r"curve\.csv is no .*: train it anew, force=true"):
            _ = folder.step


def test_what_has_no_checkpoints_name_is_none(folder):
    for name in ("step-000000010.ckpt", "step-x-y.ckpt", "step-000000010-abcd.ckpt"):
        (folder.checkpoints / name).touch()
    assert (folder.saved, folder.resumable, checkpoints(folder.checkpoints)) == (0, False, [])
    (folder.checkpoints / "step-000000010-0123456789abcdef.ckpt").touch()
    assert (folder.saved, folder.resumable) == (10, True)


def test_clearing_takes_a_linked_folder_away_and_leaves_what_it_links_to(folder, tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "kept").touch()
    folder.checkpoints.rmdir()
    folder.checkpoints.symlink_to(tmp_path / "scratch")
    folder.clear()
    assert not folder.checkpoints.is_symlink()
    assert (tmp_path / "scratch" / "kept").exists()
