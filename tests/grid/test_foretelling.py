"""What `plan=true` says of each run."""

import pytest

from helpers.plans import Composing, finish
from shoal.grid.foretelling import foretell


def test_each_run_is_told_as_progress_tells_it_and_why_it_is_new(
    planned: Composing, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done, new = (planned("model=ees", "budget=smoke", f"seed={seed}") for seed in (0, 1))
    finish(done)
    since = "rep.py has changed since ees-x3-s1-0a1b2c3d: a new run"
    monkeypatch.setattr("shoal.grid.foretelling.changed_since_last", lambda run: since)
    foretell([done, new], {done.overrides: "ees, seed 0", new.overrides: "ees, seed 1"}, ["more"])
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"  ees, seed 0: {done.folder.id}  finished",
        f"  ees, seed 1: {new.folder.id}  to do ({since})",
        "more",
    ]
