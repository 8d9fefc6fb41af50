"""The list of runs."""

from pathlib import Path

import pytest

from helpers.made_up import MadeUp, study_of
from shoal.errors import UserError
from shoal.results.listed import print_listing
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
    assert 0 <= table.loc[done, "age"] < 600


def test_columns_are_named_rows_are_chosen_and_sorted(tmp_path: Path) -> None:
    MadeUp(scales=(2, 3), seeds=(0, 1)).write(tmp_path)
    columns = ["id", "scale", "final_psnr", "Sample", "parameters"]
    table = listing(tmp_path, columns=columns, conditions=["model=eed", "scale=2"], sort="-Sample")
    assert list(table.columns) == ["id", "scale", "val/final_psnr", "Sample", "parameters"]
    assert [name[:9] for name in sorted(table["id"])] == ["eed-x2-s0", "eed-x2-s1"]
    assert table["Sample"].is_monotonic_decreasing
    with pytest.raises(UserError, match="did you mean scale"):
        listing(tmp_path, columns=["scael"])
    with pytest.raises(UserError, match=r"no run in .* has model=x"):
        listing(tmp_path, conditions=["model=x"])
    with pytest.raises(UserError, match="write COLUMN=VALUE"):
        listing(tmp_path, conditions=["model"])


def test_a_run_is_listed_with_the_arms_of_the_experiments_that_plan_it(tmp_path: Path) -> None:
    made = MadeUp(scales=(3,), seeds=(0,))
    study_of(made, tmp_path)
    (tmp_path / ".experiments" / "broken-0a1b2c3d.json").write_text("{")
    table = listing(tmp_path, columns=["id", "experiment", "arm"], conditions=["arm=eeds"])
    assert table.to_dict("records") == [
        {"id": made.run_id("eeds", 3, 0), "experiment": "ablation", "arm": "eeds"}
    ]
    assert "arm" not in listing(tmp_path)


def test_what_is_fitted_says_so_where_others_say_their_steps(tmp_path: Path) -> None:
    arms = {"aplus": "aplus", "ees": "ees"}
    made = MadeUp(arms=arms, levels={"aplus": 31.0, "ees": 30.5}, fitted=("aplus",), seeds=(0,))
    made.write(tmp_path)
    table = listing(tmp_path, sort="-step")
    assert dict(zip(table["model"], table["step"], strict=True)) == {"ees": 2000, "aplus": "fitted"}


def test_what_differs_has_a_column_and_what_all_share_has_none(tmp_path: Path) -> None:
    made = MadeUp(arms={"eed": "eed"}, seeds=(0, 1))
    made.write(tmp_path)
    for seed, rate in enumerate(("0.001", "0.01")):
        path = tmp_path / made.run_id("eed", 3, seed) / "config.yaml"
        more = f"model: {{scale: 3, lr: 1}}\ntask: {{optimizer: {{lr: {rate}}}, init: plain}}\n"
        path.write_text(f"name: eed\nscale: 3\nseed: 7\n{more}")
    table = listing(tmp_path)
    assert list(table.columns) == [
        "id",
        "state",
        "step",
        "score",
        "task.optimizer.lr",
        *("age", "size"),
    ]
    assert table["task.optimizer.lr"].to_list() == [0.001, 0.01]
    with pytest.raises(UserError, match=r"lr may be any of model\.lr, task\.optimizer\.lr"):
        listing(tmp_path, columns=["lr"])


def test_ids_are_whole_in_a_narrow_terminal_and_in_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    MadeUp(scales=(2, 3)).write(tmp_path / "runs")
    table = listing(tmp_path / "runs")
    print_listing(table)
    shown = capsys.readouterr().out
    assert all(name in shown for name in table["id"])
    print_listing(table, tmp_path / "runs.csv")
    lines = (tmp_path / "runs.csv").read_text().splitlines()
    assert lines[0].startswith("id,state,step,score,model")
    assert len(lines) == len(table) + 1


def test_at_80_columns_no_word_is_cut_and_what_had_no_room_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    made = MadeUp(arms={"eed": "eed", "eeds": "eeds"}, seeds=(0, 1))
    made.write(tmp_path)
    for seed, loss in enumerate(("torch.nn.MSELoss", "edge.EdgeLoss")):
        path = tmp_path / made.run_id("eed", 3, seed) / "config.yaml"
        more = f"data: {{train: /somewhere/far/away/{'x' * seed}}}\n"
        path.write_text(f"name: eed\nscale: 3\ntask: {{loss: {{_target_: {loss}}}}}\n{more}")
    print_listing(listing(tmp_path))
    *lines, last = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "…" not in "".join(lines)
    heads = [head.strip() for head in lines[1].split("┃")[1:-1]]
    assert heads == ["id", "state", "score", "model", "seed", "loss"]
    assert any("EdgeLoss" in line and "finished" in line for line in lines)
    assert last.startswith("no room for step, age, size: choose with --columns")
    assert len(listing(tmp_path, conditions=["loss=EdgeLoss"])) == 1
    print_listing(listing(tmp_path, columns=["id", "loss", "age", "size"]), whole=True)
    assert "no room" not in capsys.readouterr().out


def test_a_hundred_columns_are_listed_without_a_word_of_pandas(tmp_path: Path) -> None:
    made = MadeUp(arms={"eed": "eed"}, seeds=(0, 1))
    made.write(tmp_path)
    for seed in range(2):
        path = tmp_path / made.run_id("eed", 3, seed) / "config.yaml"
        path.write_text("name: eed\n" + "".join(f"key{n}: {seed}\n" for n in range(120)))
    table = listing(tmp_path, columns=["id", "key119"])  # a warning is an error in tests
    assert table["key119"].to_list() == [0, 1]


def test_a_killed_run_is_listed_with_the_last_step_of_its_curve(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "ees-x3-s0-00000000")
    folder.create()
    folder.set_status("running")
    folder.write_rows("curve.csv", ("step", "val/psnr"), [{"step": 0}, {"step": 150}])
    (row,) = listing(tmp_path).to_dict("records")
    assert (row["state"], row["step"]) == ("interrupted", 150)


def test_an_empty_folder_of_runs_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"shoal train model=eeds"):
        listing(tmp_path)


def test_a_folder_is_no_file_for_a_listing_and_is_named_itself(tmp_path: Path) -> None:
    MadeUp().write(tmp_path / "runs")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="folder can't be written: Is a directory"):
        print_listing(listing(tmp_path / "runs"), tmp_path / "folder")


def test_a_config_that_fills_memory_says_nothing(tmp_path: Path) -> None:
    made = MadeUp(seeds=(0,))
    made.write(tmp_path)
    path = tmp_path / made.run_id("eed", 3, 0) / "config.yaml"
    path.write_text("a: &a [x]\nb: &b [*a, *a]\n")
    assert len(listing(tmp_path)) == len(made.arms)


def test_a_name_with_control_characters_is_printed_escaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp(seeds=(0,)).write(tmp_path)
    folder = RunFolder(tmp_path / MadeUp().run_id("eed", 3, 0))
    folder.write_json("record.json", folder.record() | {"commit": "a\x1b[31mb"})
    print_listing(listing(tmp_path, columns=["commit"]))
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "a\\x1b[31mb" in said
