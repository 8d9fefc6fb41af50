"""Files that carry their own checksum."""

from pathlib import Path

import pytest

from shoal.errors import UserError
from shoal.system import checksummed
from shoal.system.checksummed import last_whole, named
from shoal.system.files import sha256


def put(folder: Path, stem: str, content: bytes, digest: str = "") -> Path:
    """A file, named by its own checksum or by another one."""
    path = folder / "content"
    path.write_bytes(content)
    return path.replace(folder / named(stem, digest or sha256(path), ".ckpt"))


def test_the_last_file_that_is_whole_is_taken_and_a_damaged_one_is_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = put(tmp_path, "step-1", b"one")
    damaged = put(tmp_path, "step-2", b"two", "0" * 64)
    assert last_whole(tmp_path, "step-[0-9]", ".ckpt", "made again") == first
    assert capsys.readouterr().out == f"{damaged} is damaged: made again\n"
    assert not damaged.exists()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_damaged_file_that_another_process_deletes_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    damaged = put(tmp_path, "basis", b"two", "0" * 64)

    def raced(path: Path) -> str:
        if when == "before":
            damaged.unlink()
        digest = sha256(path)
        damaged.unlink()
        return digest

    monkeypatch.setattr(checksummed, "sha256", raced)
    assert last_whole(tmp_path, "basis", ".ckpt", "made again") is None


def test_a_file_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / named("basis", "0" * 64, ".ckpt")).mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        last_whole(tmp_path, "basis", ".ckpt", "made again")
