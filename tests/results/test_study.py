"""What is read of a grid."""

import json
from pathlib import Path

import pandas as pd
import pytest

from helpers.made_up import EXACT, MadeUp, study_of
from helpers.made_up_record import MACS
from shoal import results
from shoal.errors import UserError


def test_an_untrained_run_counts_once_and_has_no_seed(tmp_path: Path) -> None:
    study = study_of(MadeUp(**EXACT), tmp_path)
    bicubic = study.runs[study.runs["arm"] == "bicubic"]
    assert len(bicubic) == 1
    assert bicubic["seed"].isna().all()
    assert results.untrained_level(study).to_dict() == {3: 30.0}


def test_records_that_all_leave_their_kind_open_have_it_by_their_steps(tmp_path: Path) -> None:
    path = MadeUp(**EXACT).write(tmp_path)
    records = sorted(tmp_path.glob("*/record.json"))
    for record in records[1:]:  # the first is of a time that had no such key
        record.write_text(json.dumps(json.loads(record.read_text()) | {"kind": None}))
    finished = results.read(path).finished
    assert set(finished.loc[finished["arm"] == "bicubic", "kind"]) == {"untrained"}
    assert set(finished.loc[finished["arm"] != "bicubic", "kind"]) == {"trained"}


def test_scores_of_another_protocol_stay_out_of_the_mean(tmp_path: Path) -> None:
    made = MadeUp(**EXACT)
    made.write(tmp_path)
    scores = tmp_path / made.run_id("eed", 3, 0) / "scores.csv"
    before = results.per_run(results.load(tmp_path, "ablation"))
    scores.write_text(scores.read_text() + "Sample,000,rgb,99.0,0.99\n")
    after = results.per_run(results.load(tmp_path, "ablation"))
    pd.testing.assert_frame_equal(before, after)


def test_sets_that_another_experiment_had_scored_stay_out(tmp_path: Path) -> None:
    path = MadeUp(sets={"Set5": 5, "BSD100": 3}).write(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"test_sets": ["Set5"]}))
    assert set(results.read(path).scores["dataset"]) == {"Set5"}


def test_the_newest_grid_of_a_name_is_read_unless_one_is_named(tmp_path: Path) -> None:
    import os

    old = MadeUp(digest="11111111").write(tmp_path)
    MadeUp(digest="22222222", folder="newer").write(tmp_path)
    os.utime(old, (1, 1))
    MadeUp(experiment="ablation-two", digest="33333333").write(tmp_path)
    assert results.load(tmp_path, "ablation").digest == "22222222"
    assert results.load(tmp_path, "ablation", "1111").digest == "11111111"
    with pytest.raises(UserError, match="choose --id from 11111111, 22222222"):
        results.load(tmp_path, "ablation", "99")


def test_no_grid_is_a_line_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"shoal train experiment=depth"):
        results.load(tmp_path, "depth")


def test_a_broken_record_is_a_line_that_names_the_file(tmp_path: Path) -> None:
    made = MadeUp()
    made.write(tmp_path)
    (tmp_path / made.run_id("eed", 3, 0) / "record.json").write_text('{"model": ')
    with pytest.raises(UserError, match=r"record\.json is no record"):
        results.load(tmp_path, "ablation")


def test_macs_of_a_run_are_its_record_s(tmp_path: Path) -> None:
    study = study_of(MadeUp(), tmp_path)
    row = study.finished[study.finished["arm"] == "ees"].iloc[0]
    assert row["macs_per_lr_pixel"] == MACS["ees"]
