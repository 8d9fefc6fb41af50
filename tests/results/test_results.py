import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.made_up import MACS, MadeUp
from shoal import results
from shoal.errors import UserError
from shoal.results.listing import listing
from shoal.results.rows import read_tables
from shoal.runs.folder import RunFolder
from shoal.runs.tables import SCORES

EXACT = {"seed_sd": 0.0, "noise_sd": 0.0}


def study_of(made: MadeUp, runs: Path) -> results.Study:
    made.write(runs)
    return results.load(runs, made.experiment)


def curve(psnr: list[float], name: str = "a") -> pd.DataFrame:
    steps = np.arange(len(psnr)) * 100
    return pd.DataFrame(
        {"id": name, "step": steps, "seconds": steps / 50, "macs": steps * 1e6, "val/psnr": psnr}
    )


def test_scores_average_pictures_within_a_run_and_runs_within_an_arm(tmp_path: Path) -> None:
    made = MadeUp(levels={**MadeUp().levels, "eeds": 32.0}, seed_sd=0.5)
    study = study_of(made, tmp_path)
    rows = results.per_run(study)
    table = results.over_seeds(rows, ["arm", "scale", "dataset"], ["psnr", "ssim"])
    cell = table.loc[("eeds", 3, "Sample")]
    by_hand = []
    for seed in made.seeds:
        text = (tmp_path / made.run_id("eeds", 3, seed) / "scores.csv").read_text()
        by_hand.append(np.mean([float(line.split(",")[3]) for line in text.splitlines()[1:]]))
    assert cell["n"] == 3
    assert cell["psnr"] == pytest.approx(np.mean(by_hand))
    assert cell["psnr sd"] == pytest.approx(np.std(by_hand, ddof=1))


def test_one_seed_has_a_mean_and_no_spread(tmp_path: Path) -> None:
    rows = results.per_run(study_of(MadeUp(seeds=(0,)), tmp_path))
    cell = results.over_seeds(rows, ["arm"], ["psnr"]).loc["eed"]
    assert cell["n"] == 1
    assert np.isnan(cell["psnr sd"])


def test_an_untrained_run_counts_once_and_has_no_seed(tmp_path: Path) -> None:
    study = study_of(MadeUp(**EXACT), tmp_path)
    bicubic = study.runs[study.runs["arm"] == "bicubic"]
    assert len(bicubic) == 1
    assert bicubic["seed"].isna().all()
    assert results.untrained_level(study).to_dict() == {3: 30.0}


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


def test_best_and_final_are_read_off_the_curve(tmp_path: Path) -> None:
    study = study_of(MadeUp(noise_sd=0.2), tmp_path)
    ends = results.ends(study)
    for run in study.finished.to_dict("records"):
        assert ends.loc[run["id"], "best"] == pytest.approx(run["val/best_psnr"])
        assert ends.loc[run["id"], "best_step"] == run["val/best_step"]
        assert ends.loc[run["id"], "final"] == pytest.approx(run["val/final_psnr"])


@pytest.mark.parametrize(("axis", "at"), [("step", 150), ("seconds", 3.0), ("macs", 1.5e8)])
def test_reaching_a_psnr_is_priced_between_two_validations(axis: str, at: float) -> None:
    spent = results.reach(curve([20.0, 30.0, 32.0, 30.5, 33.0]), 31.0, axis)
    assert spent.to_dict() == {"a": pytest.approx(at)}


def test_a_psnr_that_is_never_reached_has_no_price() -> None:
    spent = results.reach(curve([20.0, 30.0, 32.0]), 32.1, "step")
    assert list(spent.index) == ["a"]
    assert spent.isna().all()


def test_a_psnr_that_is_there_from_the_start_costs_nothing() -> None:
    assert results.reach(curve([20.0, 30.0]), 10.0, "step")["a"] == 0


def test_each_run_may_have_a_goal_of_its_own() -> None:
    rows = pd.concat([curve([20.0, 30.0], "a"), curve([20.0, 30.0], "b")])
    spent = results.reach(rows, pd.Series({"a": 25.0, "b": 30.0}), "step")
    assert spent.to_dict() == {"a": 50, "b": 100}


def test_a_clean_study_needs_no_note(tmp_path: Path) -> None:
    assert results.notes(study_of(MadeUp(), tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"commit": "f" * 40}, "more than one commit stands in this table: 1e10555"),
        ({"results": 2}, "more than one results version stands in this table: 1 ("),
        ({"budget": "standard"}, "the experiment asks for quick"),
        ({"data": "t91"}, "the experiment asks for sample"),
        ({"data_digests": {"train": "cc" * 32}}, "digest of the data (train)"),
        ({"precision": "bf16-mixed"}, "more than one precision"),
        ({"dirty": True}, "uncommitted changes: eed x3 s1"),
        ({"commit": None}, "commit unknown: eed x3 s1"),
        ({"processor": "another"}, "seconds can't be compared"),
        ({"threads": 64}, "seconds can't be compared"),
    ],
)
def test_rows_that_differ_in_more_than_their_arm_are_named(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    name = MadeUp().run_id("eed", 3, 1)
    study = study_of(MadeUp(record={name: change}), tmp_path)
    assert any(said in note and "eed x3 s1" in note for note in results.notes(study))


def test_a_budget_other_than_asked_is_named_even_if_all_runs_share_it(tmp_path: Path) -> None:
    made = MadeUp()
    ids = [row["id"] for row in made.planned() if row["seed"] is not None]
    study = study_of(MadeUp(record={name: {"budget": "smoke"} for name in ids}), tmp_path)
    assert any("smoke" in note and "asks for quick" in note for note in results.notes(study))


def test_runs_that_did_not_finish_are_named_with_their_step(tmp_path: Path) -> None:
    ids = {seed: MadeUp().run_id("eed", 3, seed) for seed in (0, 1, 2)}
    made = MadeUp(diverged={ids[0]: 400}, running={ids[1]: 700}, absent=[ids[2]])
    study = study_of(made, tmp_path)
    said = results.notes(study)
    assert "eed x3 s0 diverged at step 400: the loss is not finite" in said
    assert "eed x3 s1 is unfinished at step 700" in said
    assert "not run: eed x3 s2" in said
    assert "eed" not in set(results.per_run(study)["arm"])
    assert study.curves.query("id == @ids[0]")["step"].max() == 400


def test_a_score_by_the_wrong_protocol_or_pictures_is_named(tmp_path: Path) -> None:
    made = MadeUp()
    made.write(tmp_path)
    first, second = (tmp_path / made.run_id("eed", 3, seed) / "scores.csv" for seed in (0, 1))
    first.write_text(first.read_text().replace("classic", "rgb"))
    second.write_text("\n".join(second.read_text().splitlines()[:-1]) + "\n")
    said = results.notes(results.load(tmp_path, "ablation"))
    assert "no score by protocol classic: eed x3 s0" in said
    assert "Sample: not all runs were scored on the same pictures [3, 4]" in said


def test_the_newest_grid_of_a_name_is_read_unless_one_is_named(tmp_path: Path) -> None:
    import os

    old = MadeUp(digest="11111111").write(tmp_path)
    MadeUp(digest="22222222", folder="newer").write(tmp_path)
    os.utime(old, (1, 1))
    MadeUp(experiment="ablation-two", digest="33333333").write(tmp_path)
    assert results.load(tmp_path, "ablation").digest == "22222222"
    assert results.load(tmp_path, "ablation", "1111").digest == "11111111"
    with pytest.raises(UserError, match="--id one of 11111111, 22222222"):
        results.load(tmp_path, "ablation", "99")


def test_no_grid_is_a_line_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"python train\.py experiment=depth"):
        results.load(tmp_path, "depth")


def test_a_broken_record_is_a_line_that_names_the_file(tmp_path: Path) -> None:
    made = MadeUp()
    made.write(tmp_path)
    (tmp_path / made.run_id("eed", 3, 0) / "record.json").write_text('{"model": ')
    with pytest.raises(UserError, match=r"record\.json is no record"):
        results.load(tmp_path, "ablation")


def test_explain_gives_every_fact_behind_a_number(tmp_path: Path) -> None:
    made = MadeUp(**EXACT)
    study = study_of(made, tmp_path)
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    mean = results.per_run(study).query("arm == 'eeds'")["psnr"].mean()
    assert f"eeds on Sample x3: {mean:.2f} ± 0.00 dB" in text
    assert "experiment ablation/sample-x3-quick, arm eeds" in text
    for seed in made.seeds:
        name = made.run_id("eeds", 3, seed)
        record = json.loads((tmp_path / name / "record.json").read_text())
        assert name in text
        assert record["weights_sha256"] in text
        assert f"redo: {record['command']}" in text
    for fact in ("commit: 1e10555", "digest of train: " + "aa" * 32, "protocol classic"):
        assert fact in text


def test_explain_says_which_run_has_which_commit(tmp_path: Path) -> None:
    name = MadeUp().run_id("eeds", 3, 2)
    MadeUp(record={name: {"commit": "e" * 40}}).write(tmp_path)
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    assert f"commit: {'e' * 40} ({name})" in text


def test_explain_groups_runs_of_no_experiment_by_their_command(tmp_path: Path) -> None:
    made = MadeUp()
    made.write(tmp_path)
    (tmp_path / ".experiments" / "ablation-0a1b2c3d.json").unlink()
    text = results.explain("eeds", "Sample", 3, tmp_path, [tmp_path / "none"])
    assert text.count("eeds on Sample x3:") == 1
    assert "no experiment: python train.py model=eeds scale=3, arm eeds" in text


def test_explain_of_nothing_names_the_command(tmp_path: Path) -> None:
    MadeUp().write(tmp_path)
    with pytest.raises(UserError, match=r"python train\.py model=eeds scale=4"):
        results.explain("eeds", "Sample", 4, tmp_path, [tmp_path])
    with pytest.raises(UserError, match="scored on Set5"):
        results.explain("eeds", "Set5", 3, tmp_path, [tmp_path])


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
    assert (row["state"], row["step"]) == ("running", 150)


def test_pictures_of_odd_names_keep_them(tmp_path: Path) -> None:
    names = ["a\nb", 'c"d,e', "f\u2028g", "01"]
    plain = {"dataset": "photos", "protocol": "classic", "psnr": 30.0, "ssim": 0.9}
    folders = [RunFolder(tmp_path / f"ees-x3-s{seed}-00000000") for seed in range(3)]
    for folder, images in zip(folders, (names, ["f\u2028g"], ["01"]), strict=True):
        folder.create()
        rows = [plain | {"image": image} for image in images]
        folder.write_rows("scores.csv", ("dataset", "image", "protocol", "psnr", "ssim"), rows)
    table = read_tables([folder.path for folder in folders], "scores.csv", SCORES)
    assert table.groupby("id")["image"].apply(list).tolist() == [names, ["f\u2028g"], ["01"]]


def test_an_empty_folder_of_runs_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"python train\.py model=eeds"):
        listing(tmp_path)


def test_a_thousand_picture_names_stay_names(tmp_path: Path) -> None:
    study = study_of(MadeUp(sets={"BSD100": 3}), tmp_path)
    assert set(study.scores["image"]) == {"000", "001", "002"}


def test_macs_of_a_run_are_its_record_s(tmp_path: Path) -> None:
    study = study_of(MadeUp(), tmp_path)
    row = study.finished[study.finished["arm"] == "ees"].iloc[0]
    assert row["macs_per_lr_pixel"] == MACS["ees"]
