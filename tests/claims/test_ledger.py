"""What a spread is owed to, on made-up layouts with known components."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.made_up import EXACT, REAL, MadeUp, study_of
from shoal.claims.ledger import ledgers, sources
from shoal.claims.statistics import Floats
from shoal.report.figures.branches import ensembles
from shoal.report.findings import findings
from shoal.report.folder import write_report
from shoal.report.tables.ledger import HEADING, worth_repeating

SD = {"first weights": 0.05, "order of patches": 0.02, "both together": 0.03, "pictures": 0.4}


def layout(rng: np.random.Generator, shape: tuple[int, int, int], noise: float = 0.0) -> Floats:
    """Scores whose parts have the deviations SD; pictures' is that of a single picture."""
    a, b, i = shape
    weights, orders = (rng.normal(0, SD[k], n) for k, n in zip(list(SD)[:2], (a, b), strict=True))
    both, pictures = rng.normal(0, 0.03, (a, b)), rng.normal(0, SD["pictures"], i)
    parts = weights[:, None, None] + orders[None, :, None] + both[..., None] + pictures
    return np.asarray(32 + parts + rng.normal(0, noise, shape))


def test_known_components_are_found_without_bias() -> None:
    rng, n = np.random.default_rng(1), 400
    found = np.array(
        [[each.variance for each in sources(layout(rng, (4, 4, 19), 0.05))] for _ in range(n)]
    )
    truth = np.array([0.05**2, 0.02**2, 0.03**2 + 0.05**2 / 19, 0.4**2 / 19])
    errors = found.std(axis=0) / np.sqrt(n)
    assert (np.abs(found.mean(axis=0) - truth) < 4 * errors).all()


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng, n = np.random.default_rng(2), 400
    truth = (0.05**2, 0.02**2, 0.03**2 + 0.05**2 / 19, 0.4**2 / 19)
    held = np.zeros(4)
    for _ in range(n):
        each = sources(layout(rng, (4, 4, 19), 0.05))
        held += [s.low <= true <= s.high for s, true in zip(each, truth, strict=True)]
    assert (held / n > 0.92).all(), held / n
    assert (held / n < 0.99).all(), held / n


def study(tmp_path: Path, scores: Floats, **changes: Any) -> Any:
    """A study of the two seeds crossed, with these scores of Set5 (bicubic has 30 dB)."""
    seeds = list(product(range(scores.shape[0]), range(scores.shape[1])))
    cells = {
        f"{i}/{j}": {"seed_init": f"seed_init={i}", "seed_patches": f"seed_patches={j}"}
        for i, j in seeds
    }
    arms = {"bicubic": "bicubic"} | dict.fromkeys(cells, "eeds")
    made: Any = {"arms": arms, "levels": {"bicubic": 30.0} | dict.fromkeys(cells, 32.0)}
    made |= {"cells": cells, "seeds": (0,), "steps": 2000, "every": 1000, "claims": {}}
    made |= {"sets": {"Set5": scores.shape[2]}}
    found = study_of(MadeUp(**REAL, **EXACT, **made | changes), tmp_path)
    rows = found.scores.copy()
    for label, (i, j) in zip(cells, seeds, strict=True):
        rows.loc[rows["arm"] == label, "psnr"] = scores[i, j]
    rows.loc[rows["arm"] == "bicubic", "psnr"] = 30.0
    return replace(found, scores=rows)


def test_a_study_of_two_seeds_ends_in_one_table_and_a_sentence(tmp_path: Path) -> None:
    scores = layout(np.random.default_rng(3), (4, 3, 5))
    rows = study(tmp_path, scores)
    (ledger,) = ledgers(rows)
    assert ledger.planned == (4, 3)
    assert ledger.minus_bicubic
    by_hand = list(sources(scores - 30))
    assert [s.variance for s in ledger.sources] == pytest.approx([s.variance for s in by_hand])
    report = findings(rows)
    assert [part.heading for part in report.compared] == [HEADING]  # a seed is no effect
    table = report.compared[0].rows
    assert list(table["source"]) == list(SD)
    assert "Largest source of variance: " in report.compared[0].words
    weights = np.sqrt(max(by_hand[0].variance, 0))
    assert report.answer.startswith(f"A run's score scatters by {weights:.3f} dB (first weights),")


def test_networks_that_differ_in_seeds_alone_are_not_drawn_one_by_one(tmp_path: Path) -> None:
    rows = study(tmp_path, layout(np.random.default_rng(3), (4, 3, 5)))
    assert ensembles(rows) == []
    folder = write_report(rows, tmp_path / "out")
    drawn = {path.name for path in folder.iterdir() if path.suffix in (".svg", ".png")}
    assert drawn == {"convergence.svg"}


def test_a_run_that_collapsed_takes_its_weights_or_order_out(tmp_path: Path) -> None:
    scores = layout(np.random.default_rng(4), (4, 4, 5))
    rows = study(tmp_path, scores)
    gone = rows.curves["arm"].eq("2/1") & rows.curves["step"].eq(2000)
    curves = rows.curves.assign(**{"val/psnr": rows.curves["val/psnr"].mask(gone, 12.0)})
    (ledger,) = ledgers(replace(rows, curves=curves))
    assert [s.levels for s in ledger.sources] == [3, 4, 12, 5]


def test_the_largest_source_is_worth_repeating_and_doubt_is_said(tmp_path: Path) -> None:
    weights = np.array([0.0, 0.1, 0.2, 0.3])[:, None, None]
    scores = 32 + weights + np.random.default_rng(5).normal(0, 1e-3, (4, 4, 5))
    (ledger,) = ledgers(study(tmp_path, scores))
    said = worth_repeating(ledger)
    assert said.startswith(
        "Largest source of variance: first weights (100%); reduce it by more seeds"
    )
    assert ledger.sources[0].variance == pytest.approx(weights.var(ddof=1), rel=0.05)


def test_other_studies_have_no_ledger(tmp_path: Path) -> None:
    assert ledgers(study_of(MadeUp(), tmp_path)) == []
