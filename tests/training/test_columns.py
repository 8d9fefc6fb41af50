"""Columns of scores from the config to the report, on runs that train two steps."""

from pathlib import Path

import pytest

from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.run import Run
from shoal.runs.scored import unscored
from shoal.runs.tables import extras, means, score_columns
from shoal.training.run import train


def finished(config: RunConfig) -> RunFolder:
    return train(config, "python train.py")


def test_a_column_is_scored_with_the_run_or_added_to_it_and_both_are_equal(
    short, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    at_once = finished(short("metrics=vif", f"paths.runs={tmp_path / 'other'}"))
    assert "vif" in capsys.readouterr().out
    added = finished(short())
    before = added.rows("scores.csv")
    assert extras(before[0]) == []
    assert unscored(Run.of(short("metrics=vif")))
    assert finished(short("metrics=vif")).path == added.path
    assert not unscored(Run.of(short("metrics=vif")))
    assert added.rows("scores.csv") == at_once.rows("scores.csv")
    assert added.record()["scores"] == at_once.record()["scores"]
    assert added.record()["metrics"] == at_once.record()["metrics"]
    for row, was in zip(added.rows("scores.csv"), before, strict=True):
        assert {key: row[key] for key in was} == was


def test_a_column_of_another_metric_is_never_taken_for_the_one_that_is_asked_for(short) -> None:
    finished(short("metrics=vif"))
    with pytest.raises(UserError, match=r"has a column vif of another metric .*choose another na"):
        finished(short("metrics=vif", "metrics.vif.given=unit"))


def test_a_metric_that_can_not_score_the_pictures_is_refused_before_the_folder_is_made(
    short, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"\.png: metrics.ms_ssim can't score"):
        finished(short("metrics=ms_ssim"))
    assert not list((tmp_path / "runs").glob("*-x3-*"))


def test_a_column_that_some_picture_lacks_has_no_mean() -> None:
    one = {"dataset": "a", "image": "1", "protocol": "rgb", "psnr": "1", "ssim": "1", "vif": "0.5"}
    rows = [one, one | {"image": "2", "vif": ""}, one | {"dataset": "b"}]
    assert score_columns(rows)[-1] == "vif"
    found = means(rows)
    assert "vif" not in found["a"]["rgb"]
    assert found["b"]["rgb"]["vif"] == 0.5
