"""The speed run: what counts as being at a mark, and what is kept. Runs are stand-ins."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.composing import ROOT, configured


@pytest.fixture(scope="module")
def speedrun() -> Iterator[Any]:
    """The module that runs entries; it lies at the top of the checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        yield importlib.import_module("tools.speedrun.__main__")


def stand_in(psnr: float, seconds: float, spread: float = 0.02) -> Any:
    """What trains nothing: runs of this quality and length, by seed a little better or worse."""

    def train(words: list[str]) -> dict[str, Any]:
        seed = int(words[-2].removeprefix("seed="))
        assert words[-1].removeprefix("budget.val_every=").isdecimal()
        return {
            "start_seconds": 1.5,
            "seconds": seconds - 1.5 + seed % 2,
            "val": {"final_psnr": psnr + spread * (-1) ** seed},
            **{"processor": "a processor", "threads": 2, "commit": "abc", "dirty": False},
        }

    return train


@pytest.fixture
def table(tmp_path: Path, speedrun: Any) -> Path:
    """A table without records."""
    path = tmp_path / "records.csv"
    path.write_text(",".join(speedrun.records.COLUMNS) + "\n")
    return path


def test_a_mean_above_the_mark_by_luck_is_not_at_it(speedrun: Any, table: Path) -> None:
    assert "not reached" in speedrun.run("36.0", "cpu", "luck", stand_in(36.01, 30), table)
    assert "not reached" in speedrun.run("36.0", "cpu", "below", stand_in(35.9, 30), table)
    assert speedrun.records.read(table) == []


def test_a_record_is_kept_with_what_changed_and_only_a_faster_one_follows(
    speedrun: Any, table: Path
) -> None:
    said = speedrun.run("36.0", "cpu", "the first", stand_in(36.1, 30), table)
    assert said == "36.0 dB in 30.50 s: a record, the first on this machine"
    slower = speedrun.run("36.0", "cpu", "slower", stand_in(36.1, 31), table)
    assert slower == "36.0 dB in 31.50 s: no record; the record on this machine is 30.5 s"
    assert "30.5 s before" in speedrun.run("36.0", "cpu", "faster", stand_in(36.1, 20), table)
    rows = speedrun.records.read(table)
    assert [(r["change"], r["seconds"], r["trials"]) for r in rows] == [
        ("the first", "30.50", "10"),
        ("faster", "20.50", "10"),
    ]
    assert float(rows[0]["p"]) < 0.01


def test_what_is_not_said_to_change_anything_is_not_kept(speedrun: Any, table: Path) -> None:
    assert "reached in 30.5 s" in speedrun.run("37.0", "cpu", "", stand_in(37.2, 30), table)
    assert speedrun.records.read(table) == []


def test_equal_trials_are_at_the_mark_only_above_it(speedrun: Any) -> None:
    judge = importlib.import_module("tools.speedrun.judge")
    for psnr, p in ((36.1, 0), (36.0, 1)):
        trials = [judge.Trial(seed, 1.0, psnr) for seed in range(10)]
        assert judge.judged(36.0, trials).p == p
    assert not judge.judged(36.0, [judge.Trial(s, 1.0, 36.1) for s in range(9)]).holds


def test_every_entry_composes_trains_on_the_291_pictures_at_x2_and_is_scored_by_set5(
    speedrun: Any,
) -> None:
    entries = yaml.safe_load(speedrun.ENTRIES.read_text())
    assert list(entries["cpu"]) == list(entries["gpu"]) == ["36.0", "37.0", "37.4"]
    for words in (*entries["cpu"].values(), *entries["gpu"].values()):
        config = configured(*f"{entries['all']} {words}".split())
        assert (config.scale, config.data.train, config.data.val) == (
            2,
            ["T91", "BSD200"],
            ["Set5"],
        )


def test_an_unknown_mark_is_refused(speedrun: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        speedrun.main(["36.5"], stand_in(36.1, 30))
    assert "36.5 is no mark: choose from 36.0, 37.0, 37.4" in capsys.readouterr().err


def test_a_stopped_speed_run_goes_on_with_the_next_seed(
    speedrun: Any, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, seeds = importlib.import_module("tools.speedrun.kept"), list[str]()

    def train(words: list[str]) -> Any:
        if len(seeds) == 4:
            raise KeyboardInterrupt
        seeds.append(words[-2])
        return stand_in(36.1, 30)(words)

    code = ["abc", False]
    monkeypatch.setattr(module, "commit", lambda: tuple(code))
    with pytest.raises(KeyboardInterrupt):
        speedrun.run("36.0", "cpu", "all", module.Kept(train, tmp_path / "kept"), table)
    seeds.pop(0)
    with pytest.raises(KeyboardInterrupt):
        speedrun.run("36.0", "cpu", "all", module.Kept(train, tmp_path / "kept"), table)
    assert seeds == [f"seed={n}" for n in (1, 2, 3, 4)]
    for changed in (["def", False], ["abc", True]):  # other code begins anew
        code[:] = changed
        seeds.clear()
        with pytest.raises(KeyboardInterrupt):
            speedrun.run("36.0", "cpu", "all", module.Kept(train, tmp_path / "kept"), table)
        assert seeds[0] == "seed=0"


def test_a_speed_run_that_was_judged_begins_anew(
    speedrun: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, trained = importlib.import_module("tools.speedrun.kept"), list[str]()

    def train(words: list[str]) -> Any:
        trained.extend(words)
        return {"seconds": 1}

    monkeypatch.setattr(module, "commit", lambda: ("abc", False))
    kept = module.Kept(train, tmp_path)
    for _ in range(2):
        assert kept(["seed=0"]) == {"seconds": 1}
    assert trained == ["seed=0"]
    kept.forget()
    kept(["seed=0"])
    assert trained == ["seed=0", "seed=0"]


@pytest.mark.slow
@pytest.mark.data
def test_a_cold_run_says_what_the_speed_run_asks_of_it(speedrun: Any) -> None:
    module = importlib.import_module("tools.speedrun.trial")
    words = "model=espcn scale=2 data=t91_judge budget=smoke logger=none trainer=cpu"
    done, record = module.trial(f"{words} budget.max_steps=20", 0, module.train_cold)
    assert done.seconds == record["start_seconds"] + record["seconds"] > 0
    assert done.psnr == record["val"]["final_psnr"]
    assert {"processor", "threads", "commit", "dirty"} <= record.keys()


def test_the_documents_show_every_record(speedrun: Any) -> None:
    shown = (ROOT / "docs" / "speedrun.md").read_text()
    for row in speedrun.records.read(speedrun.records.FILE):
        place = f"| {row['mark']} dB | {row['machine']}, {row['threads']} threads |"
        assert f"{place} **{row['seconds']}** " in shown
