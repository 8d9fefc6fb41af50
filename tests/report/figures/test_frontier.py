"""The figure of costs."""

import runpy
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.composing import ROOT
from helpers.literature import published
from helpers.made_up import MadeUp, study_of
from shoal import results
from shoal.report.figures.canvas import drawing
from shoal.report.figures.frontier import (
    COSTS,
    front,
    frontier,
    frontier_figure,
    name_arms,
    points,
    window,
)
from shoal.report.figures.looks import styles
from shoal.report.figures.names import SIZE
from shoal.report.tables.cells import shown
from shoal.report.tables.table import table


def costing(*rows: tuple[str, float, float], bicubic: float = 30.0) -> pd.DataFrame:
    """Points of the frontier: arm, parameters, PSNR."""
    frame = pd.DataFrame(rows, columns=["arm", "parameters", "psnr"])
    return frame.assign(**{"psnr sd": 0.0, "bicubic": bicubic, "scale": 3})


def test_the_front_is_what_no_cheaper_one_beats() -> None:
    rows = costing(
        ("dear", 900, 32.0), ("beaten", 500, 31.0), ("twin", 100, 31.2), ("cheap", 100, 31.5)
    )
    assert front(rows, "parameters")["arm"].tolist() == ["cheap", "dear"]
    assert front(rows.assign(bicubic=31.7), "parameters")["arm"].tolist() == ["dear"]


def test_points_of_the_frontier_cost_what_the_table_says(study: results.Study) -> None:
    numbers = table(study, published())
    rows = points(study, numbers).set_index("arm")
    assert list(rows.index) == [arm for arm in study.arms if arm != "bicubic"]
    assert rows.loc["eeds", "macs"] == 1_710_000 / 9
    assert rows.loc["eeds", "parameters"] == 256_514
    assert rows.loc["eeds", "psnr"] == numbers.loc[("eeds", 3), "Sample psnr"]
    assert set(rows["bicubic"]) == {numbers.loc[("bicubic", 3), "Sample psnr"]}


def test_the_frontier_names_every_network_once_and_apart_from_the_others(
    study: results.Study,
) -> None:
    figure = frontier_figure(study, table(study, published()))
    assert figure is not None
    assert [axes.get_xlabel() for axes in figure.axes] == list(COSTS.values())
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        assert axes.get_xscale() == "log"
        assert [text.get_text() for text in axes.texts] == list(points_of(axes))
        boxes = [text.get_window_extent() for text in axes.texts]
        assert not [1 for a, b in combinations(boxes, 2) if a.overlaps(b)]
        assert all(axes.bbox.containsx(x) for box in boxes for x in (box.x0, box.x1))


def test_axes_fit_their_points() -> None:
    near = costing(("a", 100, 31.0), ("b", 500, 32.0), bicubic=30.5)
    assert window(near) == pytest.approx((30.35, 32.15))
    far = costing(("a", 100, 31.9), ("b", 500, 32.0), ("collapsed", 900, 12.0), bicubic=30.5)
    assert window(far) == pytest.approx((31.885, 32.015))
    axes = Figure().subplots()
    looks = styles({"a": None, "b": None, "collapsed": None})
    frontier(far, axes, "parameters", looks)
    name_arms(far, axes, "parameters", looks)
    assert axes.get_ylim() == pytest.approx((31.885, 32.015))
    assert [text.get_text() for text in axes.texts] == ["a", "b", "collapsed ↓ 12.0"]
    assert "bicubic" not in axes.get_legend_handles_labels()[1]
    assert window(costing(("lost", 900, 12.0))) == pytest.approx((11.985, 12.015))


def test_costs_that_are_alike_look_alike() -> None:
    axes = Figure().subplots()
    near = costing(("a", 178_400, 31.0), ("b", 180_000, 32.0))
    frontier(near, axes, "parameters", styles({"a": None, "b": None}))
    low, high = axes.get_xlim()
    assert high == pytest.approx(10 * low)
    assert (low * high) ** 0.5 == pytest.approx(179_200, rel=0.01)


def test_a_cost_that_no_record_has_gets_no_panel(study: results.Study) -> None:
    """Records that were made before a cost was measured stay valid."""
    numbers = table(study, published()).assign(seconds_per_megapixel=float("nan"))
    figure = frontier_figure(study, numbers)
    assert figure is not None
    assert len(figure.axes) == len(COSTS) - 1
    assert "enlarging a megapixel" not in shown(study, numbers, published())


def points_of(axes: Axes) -> list[str]:
    """The arms that have a marker."""
    lines = [line for line in axes.get_lines() if line.get_linestyle() == "None"]
    return [str(line.get_label()) for line in lines]


def test_one_network_has_no_frontier(tmp_path: Path) -> None:
    made = MadeUp(arms={"bicubic": "bicubic", "slow": "eed", "fast": "eed"})
    made.levels = {"bicubic": 30.0, "slow": 31.0, "fast": 31.2}
    study = study_of(made, tmp_path)
    assert frontier_figure(study, table(study, published())) is None


def test_the_readmes_frontier_has_the_weights_that_ship_beside_published_scores() -> None:
    rows = runpy.run_path(str(ROOT / "docs/frontier.py"))["points"]()
    exact = rows.set_index(["arm", "scale"])["psnr"]
    scores = exact.round(2)
    card = (ROOT / "src/shoal/pretrained/README.md").read_text()
    for arm, scale in (("eeds_fast", 2), ("eeds_large", 4), ("eeds", 3)):
        (row,) = (line for line in card.splitlines() if line.startswith(f"| `{arm}` x{scale}"))
        assert f"| {exact[arm, scale]:.2f} /" in row
    assert (scores["vdsr", 2], scores["drcn", 3], scores["srdensenet", 4]) == (37.53, 33.82, 32.02)
    assert ("srdensenet", 2) not in scores.index


def test_the_readmes_frontier_can_be_read_at_the_width_that_github_shows() -> None:
    with drawing():
        figure = runpy.run_path(str(ROOT / "docs/frontier.py"))["frontier"]()
        FigureCanvasAgg(figure).draw()
    shown = 838 / (72 * figure.get_figwidth())  # pixels of a point
    assert SIZE * shown > 9
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert axes.bbox.x0 < box.x0 < box.x1 < axes.bbox.x1 + 0.1 * figure.dpi, text.get_text()
