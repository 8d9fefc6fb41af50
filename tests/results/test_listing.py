"""The list of runs."""

from pathlib import Path

import pytest

from helpers.made_up import MadeUp, study_of
from shoal.errors import UserError
from shoal.results.listing import listing
from shoal.runs.folder import RunFolder


def test_the_listing_has_status_score_age_and_size(tmp_path: Path) -> None:
    name = MadeUp().run_id("eed", 3, 0)
    study_of(MadeUp(diverged={name: 400}), tmp_path)
    table = listing(tmp_path).set_index("id")
    assert table.loc[name, "state"] == "diverged"
    assert table.loc[name, "step"] == 400
    done = MadeUp().run_id("eeds", 3, 0)
    files = [p for p in (tmp_path / done).rglob("*") if p.is_file()]
    assert table.loc[done, "size"] == sum(p.stat().st_size for p in files)
    assert table.loc[done, "score"].startswith("Sample ")
    assert table.loc[done, "age"].endswith(" s")


def test_a_killed_run_is_listed_with_the_last_step_of_its_curve(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "ees-x3-s0-00000000")
    folder.create()
    folder.set_status("running")
    folder.write_rows("curve.csv", ("step", "val/psnr"), [{"step": 0}, {"step": 150}])
    (row,) = listing(tmp_path).to_dict("records")
    assert (row["state"], row["step"]) == ("interrupted", 150)


def test_an_empty_folder_of_runs_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"python train\.py model=eeds"):
        listing(tmp_path)
