"""W&B without an account: nobody's settings, and what an offline run has kept."""

import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.grids import ENOUGH
from shoal.dashboards.wandb_logger import WandbRun

KEY = "0123456789" * 4
ATTEMPT = "20260102T030405"
TAGS = ["eeds", "x3", "sample", "quick"]


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
    _forget()  # the mode, say, that a test of another file has left
    yield
    _forget()


def _forget():
    """W&B reads its settings once in a process."""
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
    """The folders of what a run has kept, the oldest first."""
    return sorted((folder / "wandb").glob("offline-run-*"))


def wandb_run(folder, attempt=ATTEMPT, answer_within=2.0, finish_within=120.0):
    """A run's mirror on W&B."""
    return WandbRun(folder, attempt, "shoal", "ablation", TAGS, answer_within, finish_within)


def row(step):
    """What a validation logs."""
    return {"val/psnr": 30.0 + step / 1000, "seconds": step / 10, "macs": step * 1e6}


def values(items):
    """Key and value of history, summary or config items; a key of several levels by its first."""
    found = {}
    for item in items:
        key, *rest = item.nested_key or [item.key]
        value = json.loads(item.value_json)
        if rest:
            found.setdefault(key, {})["/".join(rest)] = value
        else:
            found[key] = value
    return found


def rows_of(part):
    """The rows that a part was given."""
    return [values(r.history.item) for r in sent(part) if r.HasField("history")]


def exit_codes(part):
    """How a part ended, once it did."""
    return [r.exit.exit_code for r in sent(part) if r.HasField("exit")]


def two_parts(folder):
    """A run that was interrupted and went on."""
    for step, exit_code in ((0, 1), (100, 0)):
        run = wandb_run(folder)
        run.log_metrics(row(step), step)
        run.log_scores([{"image": "a", "psnr": 31.0}])
        run.close(exit_code)
        time.sleep(1.1)  # W&B names a part by the second
    return offline_parts(folder)


def wandb_command(words, url, folder):
    """Issue one of W&B's own commands."""
    command = [Path(sys.executable).with_name("wandb"), *words]
    environment = os.environ | {"WANDB_API_KEY": KEY, "WANDB_BASE_URL": url}
    subprocess.run(
        command,
        env=environment,
        cwd=folder,  # where W&B's commands leave a log
        check=True,
        capture_output=True,
        timeout=ENOUGH,
    )
