"""Tables of runs."""

import json
from pathlib import Path

import pandas as pd
import pytest

from helpers.made_up import MadeUp, study_of
from shoal.errors import UserError
from shoal.results.rows import read_tables, shortened
from shoal.runs.folder import RunFolder
from shoal.runs.tables import SCORES


def test_pictures_of_odd_names_keep_them(tmp_path: Path) -> None:
    names = ["a\nb", 'c"d,e', "f\u2028g", "01", "NA"]
    plain = {"dataset": "photos", "protocol": "classic", "psnr": 30.0, "ssim": 0.9}
    folders = [RunFolder(tmp_path / f"ees-x3-s{seed}-00000000") for seed in range(3)]
    for folder, images in zip(folders, (names, ["f\u2028g", "null"], ["01", "nan"]), strict=True):
        folder.create()
        rows = [plain | {"image": image} for image in images]
        folder.write_rows("scores.csv", ("dataset", "image", "protocol", "psnr", "ssim"), rows)
    table = read_tables([folder.path for folder in folders], "scores.csv", SCORES)
    assert table["psnr"].notna().all()
    assert table.groupby("id")["image"].apply(list).tolist() == [
        names,
        ["f\u2028g", "null"],
        ["01", "nan"],
    ]


def test_a_table_with_more_cells_than_columns_is_named(tmp_path: Path) -> None:
    for name, psnr in (("good", "30.0"), ("bad", "30.0,31.0")):
        (tmp_path / name).mkdir()
        text = f"dataset,image,protocol,psnr,ssim\nSet5,baby,classic,30.0,0.9\nSet5,b,c,{psnr},1\n"
        (tmp_path / name / "scores.csv").write_text(text)
    with pytest.raises(UserError, match=r"bad/scores\.csv is no table \(.*force=true"):
        read_tables([tmp_path / "good", tmp_path / "bad"], "scores.csv", SCORES)


def test_a_thousand_picture_names_stay_names(tmp_path: Path) -> None:
    study = study_of(MadeUp(sets={"BSD100": 3}), tmp_path)
    assert set(study.scores["image"]) == {"000", "001", "002"}


def test_a_curve_keeps_eight_digits_of_what_is_measured_and_all_of_what_is_counted() -> None:
    row = {"step": 300_000_000, "seconds": 86_400.125, "macs": 13_324_124_160_123.0}
    measured = {"val/psnr": 33.06602699249639, "lr": 0.0013364140480591497, "deep/low": None}
    short = shortened(pd.DataFrame([row | measured | {"val/ssim": float("nan")}]))
    kept = row | {"val/psnr": 33.066027, "lr": 0.001336414, "deep/low": None}
    assert short.drop(columns="val/ssim").to_dict("records") == [kept]
    assert short["val/ssim"].isna().all()
    assert shortened(short).equals(short)


def test_a_runs_row_ends_where_its_curve_does(tmp_path: Path) -> None:
    study = study_of(MadeUp(), tmp_path)
    last = study.curves.groupby("id")["val/psnr"].last()
    finals = study.finished.set_index("id")["val/final_psnr"]
    assert len(finals)
    assert finals.to_dict() == last[finals.index].to_dict()
    record = json.loads((tmp_path / finals.index[0] / "record.json").read_text())
    assert record["val"]["final_psnr"] == pytest.approx(finals.iloc[0], rel=1e-7)
