"""Seeds until a question is decided: real plans, and runs that leave made-up scores."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode

from helpers import composing
from shoal import results
from shoal.claims import judge, read_claims
from shoal.errors import UserError
from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment
from shoal.grid.plan import Plan
from shoal.grid.plan_file import write
from shoal.grid.planned import PlannedRun
from shoal.runs.tables import SCORES
from shoal.seeding.loop import Loop, seeds_of
from shoal.seeding.outlook import outlook
from shoal.seeding.resuming import take_up
from shoal.seeding.settings import Settings, is_automatic

ARMS = {"bicubic": "bicubic", "deep": "eed", "both": "eeds", "shallow": "ees"}
PSNR = {"measure": "psnr", "greater": ["both"]}
CLAIMS: dict[str, object] = {
    "X1": {"says": "far apart", "tests": [PSNR | {"lesser": ["shallow"]}]},
    "X2": {"says": "near", "tests": [PSNR | {"lesser": ["deep"]}]},
}


@pytest.fixture
def loader() -> ConfigLoader:
    return composing.loader()


@dataclass
class Lab:
    """Plans one experiment in a folder of its own, and makes its runs."""

    loader: ConfigLoader
    folder: Path
    levels: dict[str, float] = field(
        default_factory=lambda: {"bicubic": 28.0, "deep": 30.0, "both": 30.0, "shallow": 29.0}
    )
    sd: float = 0.015
    failing: str = ""
    made: list[list[str]] = field(default_factory=list)  # of each batch, `arm seed`

    def plan(self, settings: Settings, claims: dict[str, object] = CLAIMS, *leave: str) -> Plan:
        config = self.loader.load_configuration("config", [], RunMode.MULTIRUN)
        arms = {name: (f"model={model}",) for name, model in ARMS.items() if name not in leave}
        given = settings.start([["seed=auto", f"paths.runs={self.folder}", "budget=smoke"]])
        experiment = Experiment("near", "?", ("model",), arms, claims=claims)
        return Plan(experiment, given, partial(compose, self.loader, config), looks=[])

    def issue(self, plan: Plan, settings: Settings) -> list[JobReturn]:
        take_up(plan)
        write(plan, "train.py")
        self.made = []
        return Loop(plan, settings, "train.py", self._make).run()

    def _make(self, runs: Sequence[tuple[str, PlannedRun]]) -> list[JobReturn]:
        once = {run.folder.id: (label, run) for label, run in runs}.values()
        todo = [(label, run) for label, run in once if not run.folder.finished]
        self.made.append([f"{label} {run.config.seed}" for label, run in todo])
        for label, run in todo:
            if label != self.failing:
                self._finish(label, run)
        failed = any(label == self.failing for label, _ in todo)
        done = JobReturn([], status=JobStatus.FAILED if failed else JobStatus.COMPLETED)
        return [done]

    def _finish(self, label: str, run: PlannedRun) -> None:
        level = self.levels[label]
        if label != "bicubic":
            level += random.Random(f"{label} {run.config.seed}").gauss(0, self.sd)
        rows = [
            {"dataset": "Sample", "image": f"{i}.png", "protocol": "classic", "ssim": 0.9}
            | {"psnr": level + i + random.Random(f"{label}{i}").gauss(0, 0.01)}
            for i in range(9)
        ]
        run.folder.create()
        run.folder.write_rows("scores.csv", SCORES, rows)
        run.folder.write("config.yaml", run.config.yaml())
        times = dict.fromkeys(("started_at", "finished_at"), "2026-01-01T10:00:00+00:00")
        record = {"seconds": 60.0, "threads": 2, "resumed": 0, "accelerator": "cpu", "results": 2}
        counts = {
            each.name: {"classic": {"images": len(each.files)}} for each in run.selection.test
        }
        digests = {"data_digests": run.selection.digests(), "scores": counts}
        run.folder.write_json("record.json", record | times | digests)

    def looks(self, plan: Plan) -> list[int]:
        """How many runs each look was the first to see."""
        return [len(look["runs"]) for look in json.loads(plan.path.read_text())["looks"]]


@pytest.fixture
def lab(loader: ConfigLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # how long runs take is told by their threads
    return Lab(loader, tmp_path / "runs")


def settings(
    first: int = 3, step: int = 1, most: int = 16, hours: float | None = None, lowest: int = 0
) -> Settings:
    return Settings(lowest, first, step, most, hours)


def test_seeds_are_added_only_to_arms_that_an_open_claim_needs_until_it_is_decided(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = lab.plan(settings())
    digest = plan.path
    lab.issue(plan, settings())
    first, *more = lab.made
    assert len(first) == 1 + 3 * 3
    assert more
    for place, batch in enumerate(more):
        assert batch == [f"deep {3 + place}", f"both {3 + place}"]
    assert plan.path == digest
    assert lab.looks(plan) == [10, *[2] * len(more)]
    study = results.read(plan.path)
    words = {each.id: each.word for each in judge(study, read_claims(study.claims))}
    assert words == {"X1": "indicated", "X2": "indicated equal"}  # of sample data
    begun, *_, ended = capsys.readouterr().out.splitlines()
    assert "X1 indicated on 3 seeds; X2 still open (-0.0" in begun
    assert begun.endswith(": 1 more seed of deep, both, about 4 min")
    assert "X2 indicated equal on" in ended


def test_a_question_asked_anew_begins_with_fresh_seeds_and_looks_of_its_own(lab: Lab) -> None:
    lab.issue(lab.plan(settings()), settings())
    anew = settings(lowest=20)
    plan = lab.plan(anew)
    lab.issue(plan, anew)
    first, *more = lab.made
    arms = ("deep", "both", "shallow")
    assert first == [f"{arm} {seed}" for seed in (20, 21, 22) for arm in arms]
    assert more
    for place, batch in enumerate(more):
        assert batch == [f"deep {23 + place}", f"both {23 + place}"]
    assert lab.looks(plan)[0] == 1 + 3 * 3


def test_fresh_seeds_that_are_planned_already_are_passed_over(lab: Lab) -> None:
    lab.issue(lab.plan(settings(most=4)), settings(most=4))
    below = settings(first=3, lowest=2)  # 2 and 3 were looked at
    plan = lab.plan(below)
    lab.issue(plan, below)
    planned = seeds_of(plan)
    assert planned["deep"] == planned["both"] == set(range(max(planned["deep"]) + 1))


def test_issued_again_it_makes_nothing_and_looks_no_more(lab: Lab) -> None:
    plan = lab.plan(settings())
    lab.issue(plan, settings())
    before = plan.path.read_text()
    again = lab.plan(settings())
    lab.issue(again, settings())
    assert lab.made == [[]]
    assert again.path.read_text() == before


def test_a_widened_experiment_inherits_the_looks(lab: Lab) -> None:
    narrow = lab.plan(settings(), {"X2": CLAIMS["X2"]}, "shallow")
    lab.issue(narrow, settings())
    wide = lab.plan(settings())
    assert wide.path != narrow.path
    lab.issue(wide, settings())
    assert lab.made[0] == [f"shallow {seed}" for seed in range(3)]
    assert lab.looks(wide)[: len(lab.looks(narrow))] == lab.looks(narrow)


def test_it_ends_at_most_seeds_and_a_later_raise_finds_nothing_left(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.sd = 0.06
    lab.issue(lab.plan(settings(most=4)), settings(most=4))
    assert len(lab.made) == 2
    ended = "all of the level is spent by 4 seeds): no more seeds are added\n"
    assert capsys.readouterr().out.endswith(ended)
    lab.issue(lab.plan(settings(most=16)), settings(most=16))
    assert lab.made == [[]]


def test_raised_before_the_end_it_goes_on_and_spends_what_is_left(lab: Lab) -> None:
    lab.issue(lab.plan(settings(hours=0.0)), settings(most=8, hours=0.0))
    plan = lab.plan(settings())
    lab.issue(plan, settings())
    assert [look["most"] for look in plan.looks or []][:2] == [8, 16]


def test_hours_end_it_before_seeds_that_do_not_fit(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = lab.plan(settings())
    lab.issue(plan, settings(hours=0.01))
    assert len(lab.made) == 1
    assert seeds_of(plan) == {arm: {0, 1, 2} for arm in ("deep", "both", "shallow")}
    said = capsys.readouterr().out
    assert re.search(r"of seeds.hours=0.01 there are \d+ s left, and the next seeds take", said)


def test_where_a_run_failed_nobody_looks(lab: Lab) -> None:
    lab.failing = "deep"
    plan = lab.plan(settings())
    lab.issue(plan, settings())
    assert lab.looks(plan) == []
    lab.failing = ""
    lab.issue(lab.plan(settings()), settings())
    assert lab.made[0] == [f"deep {seed}" for seed in range(3)]


def test_what_a_grid_will_see_is_known_by_its_first_seeds(lab: Lab) -> None:
    plan = lab.plan(settings())
    assert outlook(plan, settings()) is None
    lab._make(plan.runs)
    found = outlook(plan, settings())
    assert found is not None
    far, near = found.sights
    assert (far.word, near.word) == ("indicated", "undecided")
    assert found.line.startswith(f"3 seeds see {far.sees} (X1), {near.sees} (X2); open: X2 (")
    assert not plan.path.exists()
    fixed = outlook(plan, None)
    assert fixed is not None
    assert float(fixed.sights[0].sees.split()[0]) < float(far.sees.split()[0])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first": 2}, r"seeds\.first=2 is not an integer of at least 3"),
        ({"first": 9, "most": 4}, r"seeds\.most=4 is less than seeds\.first=9"),
        ({"hours": -1}, r"seeds\.hours=-1 is not a number of at least 0"),
        ({"frist": 3}, r"did you mean seeds\.first\?"),
    ],
)
def test_a_mistake_in_seeds_is_one_line(
    loader: ConfigLoader, values: dict[str, object], words: str
) -> None:
    texts = [f"{'+' * (key == 'frist')}seeds.{key}={value}" for key, value in values.items()]
    config = loader.load_configuration("config", texts, RunMode.MULTIRUN)
    with pytest.raises(UserError, match=words):
        Settings.of(config.seeds)


def test_auto_stands_alone() -> None:
    assert is_automatic([["seed=auto", "scale=2"], ["seed=auto", "scale=3"]])
    assert not is_automatic([["seed=0"]])
    with pytest.raises(UserError, match="give it alone"):
        is_automatic([["seed=auto"], ["seed=0"]])
