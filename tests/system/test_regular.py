"""Only regular files are read where strangers may have put others."""

import os

import pytest

from shoal.system import regular


def test_a_pipe_a_folder_and_a_device_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent", "/dev/zero"):
        with pytest.raises(OSError, match=r"regular|directory"):
            regular.opened(path)


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"four")
    assert regular.content(path, 4) == b"four"
    with pytest.raises(OSError, match="larger than 3 bytes"):
        regular.content(path, 3)
