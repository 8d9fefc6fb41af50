"""Reports of studies in which some arms are fitted: they have no steps, and no curve."""

from collections import defaultdict
from pathlib import Path

import pytest

from helpers.made_up import EXACT, MadeUp, study_of
from shoal.report.figures.convergence import convergence_figure
from shoal.report.figures.frontier import frontier_figure
from shoal.report.figures.samples import crops
from shoal.report.findings import findings
from shoal.report.folder import write_report
from shoal.report.page.charts import charts
from shoal.report.tables.numbers import ABSENT
from shoal.results import Study, collapsed, survival, untrained_level

ARMS = {"aplus": "aplus", "bicubic": "bicubic", "selfex": "selfex", "eeds": "eeds"}
LEVELS = {"aplus": 31.8, "bicubic": 30.0, "selfex": 29.0, "eeds": 32.0}
FITTED = ("aplus", "selfex")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    made = MadeUp(**EXACT, arms=ARMS, levels=LEVELS, fitted=FITTED, samples=True, claims={})
    return study_of(made, tmp_path_factory.mktemp("runs"))


def test_the_level_of_what_learns_nothing_is_bicubic_s_and_no_fitted_arm_collapses(
    study: Study,
) -> None:
    assert untrained_level(study).to_dict() == {3: 30.0}
    assert len(collapsed(study)) == 0  # though one of them ends below bicubic
    assert survival(study).index.tolist() == [("eeds", 3)]


def test_tables_say_fitted_where_they_say_steps(study: Study) -> None:
    found = findings(study)
    cells = found.cells.set_index("arm")
    facts = cells.loc["aplus", ["runs", "training MACs", "dead channels"]]
    assert facts.tolist() == ["3", "fitted", ABSENT]
    assert cells.loc["aplus", "training time"] == cells.loc["selfex", "training time"] != ABSENT
    assert cells.loc["aplus", "MACs per LR pixel"] != ABSENT
    pace = found.pace.set_index("arm")
    assert pace.index.tolist() == ["aplus", "selfex", "eeds"]
    steps = [name for name in pace.columns if name.startswith("steps to")]
    assert pace.loc["aplus", steps].unique().tolist() == ["fitted"]
    assert "fitted" not in pace.loc["eeds"].tolist()


def test_figures_draw_a_fitted_arm_as_a_line_across_and_mark_its_end(study: Study) -> None:
    steps, seconds, _ = convergence_figure(study).axes
    level = {line.get_label(): set(line.get_ydata()) for line in steps.get_lines()}
    assert level["aplus"] == {31.8}
    marked = [line for line in seconds.get_lines() if list(line.get_xdata()) == [60.0]]
    assert len(marked) == len(FITTED)
    assert frontier_figure(study, findings(study).numbers)
    (panel,) = charts(study, [], defaultdict(dict))["convergence"]
    assert panel["across"] == [{"name": "aplus", "value": 31.8}, {"name": "selfex", "value": 29.0}]
    assert panel["legend"] == ["bicubic", *(arm for arm in ARMS if arm != "bicubic")]


def test_samples_show_what_a_fitted_arm_made(study: Study) -> None:
    assert list(crops(study)[0].sr) == ["aplus", "selfex", "eeds"]


def test_a_study_of_fitted_arms_alone_is_reported(tmp_path: Path) -> None:
    arms = {name: name for name in ("bicubic", *FITTED)}
    study = study_of(MadeUp(arms=arms, levels=LEVELS, fitted=FITTED, claims={}), tmp_path / "runs")
    write_report(study, tmp_path / "report")
    assert "fitted" in (tmp_path / "report" / "ablation/sample-x3-quick" / "README.md").read_text()
