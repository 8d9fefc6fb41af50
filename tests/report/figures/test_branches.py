"""The figure of branches."""

from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from helpers.made_up import MadeUp, study_of
from shoal import results
from shoal.report.figures.branches import PARTS, branch_curves, branches_figure, ensembles
from shoal.report.figures.curves import mean_curves
from shoal.report.figures.looks import styles
from shoal.report.page.charts import charts


def test_branches_are_drawn_for_the_ensembles_alone(study: results.Study) -> None:
    assert ensembles(study) == [("eeds", 3), ("dscnn", 3)]
    figure = branches_figure(study)
    assert figure is not None
    assert len(figure.axes) == 2 * len(PARTS)
    psnr, energy = figure.axes[0], figure.axes[2]
    assert [line.get_label() for line in psnr.get_lines()] == [
        "both",
        "shallow alone",
        "deep alone",
    ]
    assert [axes.get_legend() is not None for axes in figure.axes] == [True, False] * len(PARTS)
    assert energy.get_yscale() == "log"
    assert len(energy.get_lines()) == 4


def test_an_ensemble_whose_every_seed_collapsed_is_said_to_have(study: results.Study) -> None:
    figure = branches_figure(replace(study, collapse={"below_bicubic": -100.0}))
    assert figure is not None
    said = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert said == [["every seed collapsed"]] * 2 + [[]] * (2 * len(PARTS) - 2)


def test_branch_curves_return_their_axes(study: results.Study) -> None:
    axes = Figure().subplots()
    columns = ["val/psnr", "val/psnr_shallow", "val/psnr_deep"]
    rows = mean_curves(study, columns).query("arm == 'eeds'")
    assert branch_curves(rows, axes, "psnr", styles(study.models)["eeds"]) is axes


def test_no_arm_with_branches_means_no_figure_of_them(tmp_path: Path) -> None:
    arms = {name: name for name in ("bicubic", "eed")}
    assert branches_figure(study_of(MadeUp(arms=arms), tmp_path)) is None


@pytest.mark.parametrize("first", ["a", "eeds", "eed"])
def test_an_ensemble_never_looks_like_one_of_its_branches(tmp_path: Path, first: str) -> None:
    """Arms that aren't named after a model take free looks, a branch's among them."""
    arms = {first: "eeds", "b": "eeds", "c": "dscnn", "d": "eeds"}
    study = study_of(MadeUp(arms=arms, levels=dict.fromkeys(arms, 31.0)), tmp_path)
    figure = branches_figure(study)
    assert figure is not None
    for axes in figure.axes[: len(arms)]:
        assert len({line.get_color() for line in axes.get_lines()}) == 3
    drawn = charts(study, [], {arm: {"color": arm} for arm in arms})["branches"]
    for panel in drawn:
        looks = [(each["color"], each["dash"]) for each in panel["series"] if "dash" in each]
        assert len(set(looks)) == len(looks)
