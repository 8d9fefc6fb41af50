"""W&B without an account: nobody's settings, and what an offline run has kept."""

import os
import struct
import sys

import pytest


@pytest.fixture(autouse=True)
def nobodys_wandb(monkeypatch, tmp_path):
    """No key, no settings and no cache of the user's; the service process ends with the test."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    for name in ("CONFIG_DIR", "CACHE_DIR", "DATA_DIR"):
        monkeypatch.setenv(f"WANDB_{name}", str(tmp_path / "home" / name))
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")
    monkeypatch.setenv("NETRC", str(tmp_path / "home" / "netrc"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield
    if "wandb" in sys.modules:
        sys.modules["wandb"].teardown()


def sent(part):
    """All that a part was given."""
    import wandb

    wandb.teardown()  # W&B's process writes a little longer than `finish` waits
    return written(part)


def written(part):
    """The records of one `.wandb` file: LevelDB's log format around W&B's own messages."""
    from wandb.proto.wandb_internal_pb2 import Record

    (path,) = part.glob("*.wandb")
    data, at, piece, records = path.read_bytes(), 7, b"", []
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:  # no header is split over two blocks
            at += 32768 - at % 32768
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + 7])
        if at + 7 + length > len(data):  # a record that is being written
            break
        piece += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # a whole record, or the last piece of one
            records.append(Record.FromString(piece))
            piece = b""
    return records


def offline_parts(folder):
    return sorted((folder / "wandb").glob("offline-run-*"))
