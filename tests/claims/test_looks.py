"""Studies that look more than once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from helpers.made_up import LEVELS, REAL, MadeUp, study_of
from shoal import results
from shoal.claims import Verdict, against_baseline, judge, read_claims
from shoal.claims.comparison import compare, two_sided
from shoal.claims.looks import Asked, Seen, seen
from shoal.claims.pairs import Sample
from shoal.claims.scores import psnr
from shoal.claims.spending import spending

CLAIM = {"X": {"says": "x", "tests": [{"measure": "psnr", "greater": ["eeds"], "lesser": ["eed"]}]}}
ARMS = {"bicubic": "bicubic", "eed": "eed", "eeds": "eeds"}
LEVELS_NEAR = {**LEVELS, "eed": 32.0, "eeds": 32.04}


def made(*looks: int, seeds: int | None = None, gap: float = 0.04) -> MadeUp:
    count = seeds or max(looks)
    return MadeUp(
        **REAL, arms=ARMS, claims=CLAIM, seeds=range(count), looks=looks, sets={"Set5": 5},
        levels={**LEVELS_NEAR, "eeds": 32.0 + gap}, baseline="eed",
    )  # fmt: skip


def verdict(made: MadeUp, runs: Path) -> Verdict:
    study = study_of(made, runs)
    (found,) = judge(study, read_claims(study.claims))
    return found


def test_a_verdict_pays_for_its_looks_and_stands_on_what_was_seen(tmp_path: Path) -> None:
    once = verdict(made(8), tmp_path / "once")
    often = verdict(made(3, 4, 5, 6, 7, 8), tmp_path / "often")
    assert once.decisive is not None
    assert often.decisive is not None
    assert often.decisive.looked == (3, 4, 5, 6, 7, 8)
    assert often.decisive.effect == pytest.approx(once.decisive.effect)
    assert often.decisive.low < once.decisive.low
    late = verdict(made(3, 4, seeds=8), tmp_path / "late")
    assert late.decisive is not None
    assert late.decisive.seeds == 4  # seeds that nobody has looked at count for nothing


def test_a_look_at_the_same_rows_is_one_look(tmp_path: Path) -> None:
    twice, once = (verdict(made(*looks), tmp_path / str(len(looks)))
                   for looks in ((3, 3, 5, 5), (3, 5)))  # fmt: skip
    assert twice == once


def test_before_the_first_look_and_at_two_seeds_nothing_is_said(tmp_path: Path) -> None:
    for name, looks, seeds in (("none", (), 3), ("two", (2,), 2)):
        found = verdict(made(*looks, seeds=seeds, gap=1.0), tmp_path / name)
        assert found.word in ("undecided", "not run")
        assert np.isnan(found.p)
    two = study_of(made(2, gap=1.0), tmp_path / "again")
    assert {each.word for each in against_baseline(two)} == {"undecided"}


def test_what_one_look_has_decided_a_later_one_does_not_undo(tmp_path: Path) -> None:
    looks = ((3,), (3, 4), (3, 4, 5), (3, 4, 5, 6))
    ps = [verdict(made(*each, seeds=6), tmp_path / str(len(each))).p for each in looks]
    assert ps == sorted(ps, reverse=True)


def test_the_bar_of_each_look_is_that_of_its_seeds(tmp_path: Path) -> None:
    study = study_of(made(3, 5), tmp_path)
    (each,) = (one for one in seen(study, _asked) if one.asked)
    assert each.most == (16, 16)
    counts = tuple(len(asked.sample.differences) for asked in each.asked)
    assert spending(counts, each.most).steps.sum() == pytest.approx((5 / 16) ** 1.5)


def test_where_no_level_finds_a_difference_p_is_one(tmp_path: Path) -> None:
    one = verdict(made(3, gap=-0.005), tmp_path / "one").decisive
    assert one is not None
    assert one.most == (16,)
    assert 0.5 < one.p <= 1
    assert two_sided(1.0, 1.0) == 1.0
    assert two_sided(0.01, 0.99) == 0.02


def test_a_difference_that_fewer_seeds_found_says_by_how_many() -> None:
    seeds = np.array([0.10, 0.11, 0.09, -0.4, 0.5, -0.3])[:, None] + np.linspace(-0.01, 0.01, 20)
    looks = [Asked(("PSNR",), Sample(seeds[:n], "PSNR", "dB", None, True), 3) for n in (3, 6)]
    both, last = Seen(tuple(looks), (16, 16)), Seen((looks[1],), (16,))
    found = compare(both, "PSNR")
    assert (found.found_at, compare(last, "PSNR").found_at) == (3, 0)
    assert found.p < compare(last, "PSNR").p
    assert found.low < 0 < found.high  # of all six: why it must be said


def test_one_picture_decides_nothing(tmp_path: Path) -> None:
    for pictures, why in ((1, "one picture"), (2, "")):
        found = MadeUp(
            **REAL, arms=ARMS, sets={"Set5": pictures}, baseline="eed", seeds=range(4),
            levels={**LEVELS_NEAR, "eeds": 33.0},
        )  # fmt: skip
        said = {each.name: each for each in against_baseline(study_of(found, tmp_path / why))}
        assert said["eeds"].word == f"{'indicated ' if why else ''}better"
        assert said["eeds"].why == why


def _asked(study: results.Study) -> Iterator[Asked]:
    for sample in psnr(study, "eeds", "eed", 3):
        yield Asked((sample.what,), sample, 3, ("eeds", "eed"))
