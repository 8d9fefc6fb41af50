"""The figure of convergence."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from helpers.deaths import ablation_with_deaths
from helpers.literature import published
from helpers.made_up import LEVELS, MadeUp, study_of
from shoal import results
from shoal.report.figures.canvas import drawing, rendered
from shoal.report.figures.convergence import convergence, convergence_figure
from shoal.report.figures.curves import ends, is_banded, mean_curves
from shoal.report.figures.frontier import frontier_figure
from shoal.report.figures.looks import styles
from shoal.report.figures.marks import LABELS
from shoal.report.folder import write_report
from shoal.report.tables.table import table


def test_mean_curves_average_the_finished_runs(study: results.Study) -> None:
    rows = mean_curves(study, ["val/psnr"]).query("arm == 'dcnn'")
    done = study.finished.query("arm == 'dcnn'")["id"]
    by_hand = study.curves[study.curves["id"].isin(done)].groupby("step")["val/psnr"]
    assert set(rows["n"]) == {2}
    assert rows.set_index("step")["val/psnr"].to_dict() == pytest.approx(by_hand.mean().to_dict())


@pytest.mark.parametrize("axis", list(LABELS))
def test_convergence_draws_every_arm_in_order_and_returns_its_axes(
    study: results.Study, axis: str
) -> None:
    axes = Figure().subplots()
    looks = styles(study.models)
    rows = mean_curves(study, ["val/psnr"])
    assert convergence(rows, axes, axis, looks) is axes
    assert axes.get_legend_handles_labels()[1] == [arm for arm in study.arms if arm != "bicubic"]
    assert [line.get_color() for line in axes.get_lines()] == [
        looks[arm].light for arm in study.arms if arm != "bicubic"
    ]
    line = axes.get_lines()[0]
    expected = rows[(rows["arm"] == "ees") & (rows[axis] > 0 if axis != "step" else True)]
    assert line.get_xdata() == pytest.approx(expected[axis].to_numpy())


def test_the_legend_names_an_arm_that_was_trained_at_the_last_scale_alone(tmp_path: Path) -> None:
    made = MadeUp(scales=(2, 3), seeds=(0,))
    made.absent = [made.run_id("eed", 2, 0)]
    figure = convergence_figure(study_of(made, tmp_path))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(LEVELS)


def test_the_figure_has_units_bicubic_and_the_diverged_run(study: results.Study) -> None:
    figure = convergence_figure(study)
    steps, seconds, macs = figure.axes
    assert "dB" in steps.get_ylabel()
    assert [axes.get_xlabel() for axes in (steps, seconds, macs)] == list(LABELS.values())
    level = [line for line in steps.get_lines() if line.get_label() == "bicubic"]
    assert level[0].get_ydata() == [30.0, 30.0]
    crosses = [line for line in steps.get_lines() if line.get_marker() == "x"]
    assert [float(line.get_xdata()[0]) for line in crosses] == [900]
    low, high = steps.get_ylim()
    assert 27 < low < 30 < 32 < high < 33  # untrained networks begin near 15 dB


def test_a_collapsed_run_is_dotted_and_in_no_mean(tmp_path: Path) -> None:
    study = ablation_with_deaths(tmp_path)
    ends = mean_curves(study, ["val/psnr"]).groupby("arm")["val/psnr"].last()
    assert ends["dcnn"] > 31  # of the two that live
    steps = convergence_figure(study).axes[0]
    dotted = [line for line in steps.get_lines() if line.get_linestyle() == ":"]
    looks = styles(study.models)
    colours = [looks[arm].light for arm in ("dcnn", "dscnn", "dscnn")]
    assert [line.get_color() for line in dotted] == colours


def test_figures_follow_the_rows_alone(study: results.Study) -> None:
    with drawing():
        for kind in ("svg", "png"):
            once, again = (rendered(convergence_figure(study), kind) for _ in range(2))
            assert once == again


def test_each_seed_is_a_thin_line_of_its_own(study: results.Study) -> None:
    """No band: its width would be that of one collapsed run, on both sides of all others."""
    steps = convergence_figure(study).axes[0]
    looks = styles(study.models)
    thin = {}
    for lines in steps.collections:
        assert isinstance(lines, LineCollection)
        assert float(lines.get_linewidth()[0]) < 0.7
        thin[to_hex(lines.get_edgecolor()[0])] = len(lines.get_segments())
    seeds = study.finished[study.finished["steps"] > 0].groupby("arm", sort=False).size()
    assert {arm: thin[looks[arm].light] for arm in seeds.index} == seeds.to_dict()


def test_many_seeds_are_a_median_and_a_band(tmp_path: Path) -> None:
    made = MadeUp(arms={"bicubic": "bicubic", "eed": "eed"}, seeds=tuple(range(7)))
    made.diverged = {made.run_id("eed", 3, 6): 200}
    six = study_of(made, tmp_path / "six")
    assert not is_banded(six)  # six survive
    made.diverged = {}
    study = study_of(made, tmp_path / "seven")
    assert is_banded(study)
    steps = convergence_figure(study).axes[0]
    (band,) = steps.collections
    psnr = study.curves[study.curves["arm"] == "eed"].groupby("step")["val/psnr"]
    (line,) = (line for line in steps.get_lines() if line.get_label() == "eed")
    assert line.get_ydata() == pytest.approx(psnr.median().to_numpy())
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((psnr.min().min(), psnr.max().max()))


def test_no_figure_or_page_draws_seconds_that_can_t_be_compared(tmp_path: Path) -> None:
    made = MadeUp(seeds=(0, 1))
    made.record = {made.run_id("eeds", 3, 1): {"threads": 64}}
    study = study_of(made, tmp_path / "runs")
    labels = [axes.get_xlabel() for axes in convergence_figure(study).axes]
    assert labels == [LABELS["step"], LABELS["macs"]]
    costs = frontier_figure(study, table(study, published()))
    assert costs is not None
    assert len(costs.axes) == 2
    folder = write_report(study, tmp_path / "out")
    readme = (folder / "README.md").read_text()
    assert "![Validation PSNR against steps and multiply-adds](convergence.svg)" in readme
    assert "- seconds can't be compared, so no figure shows them, " in readme
    assert 'data-axis="seconds"' not in (folder / "index.html").read_text()


def test_the_legend_shows_an_arm_as_its_survivors_look(tmp_path: Path) -> None:
    made = MadeUp(scales=(2, 3), seeds=(0,))
    made.diverged = {made.run_id("eed", 2, 0): 200}
    legend = convergence_figure(study_of(made, tmp_path)).legends[0]
    handles = dict(
        zip((text.get_text() for text in legend.get_texts()), legend.get_lines(), strict=True)
    )
    assert handles["eed"].get_linestyle() != ":"
    assert handles["eed"].get_linewidth() == styles({"eed": "eed"})["eed"].width


def test_where_nothing_survived_the_window_shows_what_collapsed() -> None:
    levels = pd.Series([30.6], index=[3])
    lost = pd.DataFrame({"arm": ["ees", "ees"], "val/psnr": [10.0, 17.0]})
    alive = pd.DataFrame({"arm": ["eed"], "val/psnr": [31.0]})
    assert sorted(ends(lost[:0], lost, levels)) == [17.0, 30.6]
    assert sorted(ends(alive, lost, levels)) == [30.6, 31.0]


@pytest.mark.parametrize("long", [False, True])
def test_the_legend_has_every_arm_and_is_no_wider_than_the_figure(
    tmp_path: Path, long: bool
) -> None:
    ending = "-muon-lr=0.001" if long else ""
    arms = {f"network{number}{ending}": "ees" for number in range(12)}
    made = MadeUp(arms=arms, levels=dict.fromkeys(arms, 30.0), scales=(2,), claims={})
    with drawing():
        figure = convergence_figure(study_of(made, tmp_path))
        FigureCanvasAgg(figure).draw()
        (legend,) = figure.legends
        box, top = legend.get_window_extent(), figure.axes[0].get_window_extent().y1
        lowest = min(text.get_window_extent().y0 for text in legend.texts)
    assert {text.get_text() for text in legend.texts} >= set(arms)
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width
    assert top < lowest + 1
