"""Files appear whole or not at all."""

import os
import stat

import pytest

from shoal.system.files import UNFINISHED, sweep, write_whole


def names(folder):
    return [entry.name for entry in folder.iterdir()]


def test_a_file_is_replaced_whole_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "f"
    write_whole(path, "one")
    digest = write_whole(path, b"two")
    assert path.read_text() == "two"
    assert digest == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
    assert names(tmp_path) == ["f"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_whole(path, "old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["f"]


def test_a_file_has_the_rights_of_ordinary_new_files_and_any_name_that_a_file_may_have(tmp_path):
    path = tmp_path / ("é\n" * 85)  # 255 bytes, the most there are
    before = os.umask(0o027)
    try:
        write_whole(path, "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_a_kill_left_unfinished_is_swept_away_and_nothing_else(tmp_path):
    (tmp_path / "samples").mkdir()
    for place in (tmp_path, tmp_path / "samples"):
        (place / f"{UNFINISHED}-0123").touch()
    (tmp_path / "curve.csv").touch()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["curve.csv", "samples"]


def test_a_folder_that_a_kill_left_unfinished_is_swept_away(tmp_path):
    left = tmp_path / f"{UNFINISHED}-0123"
    left.mkdir()
    (left / f"{UNFINISHED}-4567").touch()
    (left / "model.onnx").touch()
    sweep(tmp_path)
    assert names(tmp_path) == []
