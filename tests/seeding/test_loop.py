"""Seeds until a question is decided."""

import re

import pytest

from helpers.lab import CLAIMS, Lab
from shoal import results
from shoal.claims import judge, read_claims
from shoal.seeding.loop import seeds_of
from shoal.seeding.outlook import outlook
from shoal.seeding.resuming import take_up
from shoal.seeding.settings import Settings


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


@pytest.mark.parametrize(
    "content", ["[]", '{"looks": [{"most": 4}]}', '{"looks": 3}', '{"looks": [{"runs": [["a"]]}]}']
)
def test_a_damaged_plan_of_an_earlier_grid_counts_as_none(lab: Lab, content: str) -> None:
    plan = lab.plan(settings())
    plan.path.parent.mkdir(parents=True, exist_ok=True)
    plan.path.write_text(content)
    take_up(plan)
    assert plan.looks == []


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
    assert re.search(r"\d+ s of seeds.hours=0.01 are left, and the next seeds take", said)


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
