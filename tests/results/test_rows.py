"""Tables of runs."""

from pathlib import Path

from helpers.made_up import MadeUp, study_of
from shoal.results.rows import read_tables
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


def test_a_thousand_picture_names_stay_names(tmp_path: Path) -> None:
    study = study_of(MadeUp(sets={"BSD100": 3}), tmp_path)
    assert set(study.scores["image"]) == {"000", "001", "002"}
