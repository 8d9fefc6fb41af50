"""The table of a grid without an experiment."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console

from helpers.made_up import EXACT, MadeUp
from shoal.report.joined import Member, lost, study_of_members
from shoal.report.joint import joint_table, print_joint
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind

ARMS = {name: name for name in ("bicubic", "ees", "eeds")}


def members(made: MadeUp, runs: Path) -> list[Member]:
    """The runs of a made-up study, as a grid has them."""
    made.write(runs)
    return [
        Member(
            row["arm"],
            SimpleNamespace(  # type: ignore[arg-type]  # what a table looks at
                folder=RunFolder(runs / row["id"]),
                config=SimpleNamespace(
                    scale=row["scale"],
                    protocol="classic",
                    seed=row["seed"],
                    kind=Kind.UNTRAINED if row["seed"] is None else Kind.TRAINED,
                ),
            ),
        )
        for row in made.planned()
    ]


def joined(made: MadeUp, runs: Path) -> pd.DataFrame:
    """The table of a made-up study, by arm."""
    found = members(made, runs)
    return joint_table(found, lost(study_of_members(found, {}))).set_index("arm")


def test_seeds_are_one_row_and_gains_are_over_the_first_arm(tmp_path: Path) -> None:
    cells = joined(MadeUp(arms=ARMS, **EXACT), tmp_path)
    assert list(cells.index) == ["bicubic", "ees", "eeds"]
    assert cells["runs"].to_list() == ["1", "3", "3"]
    # Levels are 30, 31 and 32 dB, and nothing is left to chance.
    gains = ["", "+1.00 [+1.00, +1.00]", "+2.00 [+2.00, +2.00]"]
    assert cells["Sample gain"].to_list() == gains
    assert cells.loc["eeds", "parameters"] == "257 k"
    assert cells.loc["eeds", "training time"].endswith("s")


def test_a_gain_is_over_the_first_arm_of_the_same_scale(tmp_path: Path) -> None:
    made = MadeUp(arms=ARMS, scales=(2, 3), **EXACT)
    cells = joined(made, tmp_path)
    assert cells.loc["ees x2", "Sample gain"] == cells.loc["ees x3", "Sample gain"] != ""
    assert cells.loc["bicubic x2", "Sample gain"] == ""


def test_what_did_not_finish_is_a_row_too(tmp_path: Path) -> None:
    made = MadeUp(arms=ARMS, seeds=(0, 1), **EXACT)
    made.diverged = {made.run_id("ees", 3, 1): 300}
    made.absent = [made.run_id("eeds", 3, seed) for seed in (0, 1)]
    cells = joined(made, tmp_path)
    assert cells.loc["ees", "runs"] == "survived 1 of 2; diverged at step 300"
    assert cells.loc["bicubic", "runs"] == "1"
    assert cells.loc["eeds", ["runs", "Sample gain", "parameters"]].to_list() == [
        "missing",
        "",
        "–",
    ]


def test_nothing_finished_is_a_table_without_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = MadeUp(arms=ARMS)
    made.absent = [row["id"] for row in made.planned()]
    print_joint(members(made, tmp_path), {}, Console(width=120))
    assert "missing" in capsys.readouterr().out


def test_runs_that_collapsed_are_named_and_in_no_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = MadeUp(arms=ARMS, seeds=(0, 1), levels={"bicubic": 30, "ees": 29, "eeds": 32}, **EXACT)
    found = members(made, tmp_path)
    print_joint(found, {"below_bicubic": 0.5}, Console(width=160))
    table, note = capsys.readouterr().out.split("note: ")
    assert [line.split("│")[2].strip() for line in table.splitlines() if "│" in line] == [
        *("1", "survived 0 of 2", "survived 2 of 2")
    ]
    assert "over all" in table
    assert note.startswith("collapsed, so excluded from means and gains: ees x3 s0 (1.0")
    print_joint(found, {"below_bicubic": 2.0}, Console(width=160))
    assert "survived" not in capsys.readouterr().out


def test_a_long_label_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label = "lr=1000000000.0-kernels=[1,3,5,7]-units=2"
    found = members(MadeUp(arms={label: "ees"}, levels={label: 30}, **EXACT), tmp_path)
    print_joint(found, {}, Console(width=80))
    lines = capsys.readouterr().out.splitlines()
    folded = "".join(line.split("│")[1].strip() for line in lines if "│" in line)
    assert folded == label


def test_a_run_is_held_against_bicubic_on_its_own_validation_pictures(tmp_path: Path) -> None:
    made = MadeUp(arms=ARMS, seeds=(0, 1), levels={"bicubic": 30, "ees": 29, "eeds": 32}, **EXACT)
    elsewhere = {"data_digests": {"train": "aa" * 32, "val": "cc" * 32}}
    made.record = {made.run_id("ees", 3, 0): elsewhere}
    found = lost(study_of_members(members(made, tmp_path), {}))
    assert list(found) == [made.run_id("ees", 3, 1)]
