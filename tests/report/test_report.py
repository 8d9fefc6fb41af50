import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from rich.console import Console

from helpers.browser import CHROMIUM, Browser
from helpers.made_up import LEVELS, MadeUp
from shoal import cli, report, results
from shoal.errors import UserError
from shoal.report.branches import PARTS, branch_curves, branches_figure, ensembles
from shoal.report.curves import AXES, convergence, convergence_figure, mean_curves
from shoal.report.findings import findings
from shoal.report.frontier import COSTS, front, frontier_figure, points
from shoal.report.published import COLUMNS, load_published, reference
from shoal.report.samples import crops
from shoal.report.sheet import HEAD, samples_sheet
from shoal.report.style import drawing, rendered, styles
from shoal.report.tables import table
from shoal.report.text import effect, pace, shown, verdict_rows
from shoal.runs.sheet import Tile, cut, read_grey

ROOT = Path(__file__).parents[2]
REAL = {"data": "t91", "budget": "standard", "folder": "ablation/t91-x3-standard"}
EXACT = {"seed_sd": 0.0, "noise_sd": 0.0}


def study_of(made: MadeUp, runs: Path) -> results.Study:
    made.write(runs)
    return results.load(runs, made.experiment)


def published(*rows: tuple[object, ...]) -> pd.DataFrame:
    """A table of the literature: method, set, scale, psnr, ssim, training_macs, source."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"psnr": float, "ssim": float, "training_macs": float})


# The table -------------------------------------------------------------------------------------


def test_the_table_keeps_the_grid_s_order_and_every_arm(tmp_path: Path) -> None:
    made = MadeUp()
    made.absent = [made.run_id("dcnn", 3, seed) for seed in made.seeds]
    numbers = table(study_of(made, tmp_path), published())
    assert list(numbers.index) == [(arm, 3) for arm in LEVELS]
    assert numbers.loc[("dcnn", 3), "state"] == "not run"
    assert np.isnan(numbers.loc[("dcnn", 3), "Sample psnr"])


def test_a_cell_is_mean_and_deviation_over_seeds(tmp_path: Path) -> None:
    study = study_of(MadeUp(seed_sd=0.5), tmp_path)
    numbers = table(study, published())
    rows = results.per_run(study).query("arm == 'eeds'")["psnr"]
    cells = shown(study, numbers, published()).set_index("arm")
    assert cells.loc["eeds", "Sample PSNR (dB)"] == f"{rows.mean():.2f} ± {rows.std():.2f}"
    assert cells.loc["eeds", "runs"] == "3"
    assert "±" not in cells.loc["bicubic", "Sample PSNR (dB)"]


def test_what_did_not_finish_is_shown_with_its_step(tmp_path: Path) -> None:
    made = MadeUp(seeds=(0, 1))
    made.diverged = {made.run_id("eed", 3, 0): 400, made.run_id("ees", 3, 1): 300}
    made.running = {made.run_id("eed", 3, 1): 700}
    study = study_of(made, tmp_path)
    cells = shown(study, table(study, published()), published()).set_index("arm")
    assert cells.loc["eed", "runs"] == "diverged at step 400; unfinished at step 700"
    assert cells.loc["eed", "Sample PSNR (dB)"] == "–"
    assert cells.loc["ees", "runs"] == "1; diverged at step 300"


def test_published_scores_stand_beside_ours_with_the_difference(tmp_path: Path) -> None:
    study = study_of(MadeUp(**REAL, **EXACT, sets={"Set5": 3}), tmp_path)
    theirs = published(("EEDS", "Set5", 3, 32.5, 0.9, 1e13, "here"))
    numbers = table(study, theirs)
    ours = numbers.loc[("eeds", 3)]
    assert ours["Set5 difference"] == pytest.approx(ours["Set5 psnr"] - 32.5)
    assert ours["share"] == pytest.approx(ours["macs"] / 1e13)
    cells = shown(study, numbers, theirs).set_index("arm")
    away = ours["Set5 psnr"] - 32.5
    assert cells.loc["eeds", "Set5 published"] == f"32.50 / 0.9000 (ours {away:+.2f} dB)"
    assert cells.loc["eeds", "of the paper's training"] == "0.53×"
    assert cells.loc["eed", "Set5 published"] == "not published"
    assert cells.loc["eed", "of the paper's training"] == "unknown"


def test_a_method_published_for_one_training_set_alone_stands_in() -> None:
    theirs = published(
        ("ESPCN (91-image)", "Set5", 3, 32.55, 0.9, np.nan, "here"),
        ("SRCNN", "Set5", 3, 32.75, 0.9, np.nan, "here"),
        ("SRCNN (91-image)", "Set5", 3, 32.45, 0.9, np.nan, "here"),
        ("DRRN_B1U9", "Set5", 3, 33.93, 0.9, np.nan, "here"),
    )
    found = {m: reference(theirs, m, "Set5", 3)["psnr"] for m in ("espcn", "srcnn", "drrn_b1u9")}
    assert found == {"espcn": 32.55, "srcnn": 32.75, "drrn_b1u9": 33.93}
    assert reference(theirs, "es", "Set5", 3)["psnr"] is None


def test_every_network_of_the_literature_has_its_published_scores_at_x4() -> None:
    theirs = load_published()
    ours = {"ees", "eed", "eeds", "dcnn", "dscnn", "eeds_fast"}  # nobody published these
    path = ROOT / "conf" / "experiment" / "literature.yaml"
    arms = set(yaml.safe_load(path.read_text())["experiment"]["arms"])
    assert [a for a in arms - ours if not reference(theirs, a, "Set5", 4)["psnr"]] == []


def test_the_literature_s_bicubic_is_ours(tmp_path: Path) -> None:
    theirs = load_published()
    study = study_of(MadeUp(**REAL, sets={"Set5": 5, "Set14": 14, "BSD100": 3}), tmp_path)
    row = table(study, theirs).loc[("bicubic", 3)]
    known = {"Set5": 30.39, "Set14": 27.55, "BSD100": 27.21}
    assert {name: row[f"{name} published psnr"] for name in known} == known


def test_nothing_is_published_on_sample_data_and_the_notes_say_so(tmp_path: Path) -> None:
    found = findings(study_of(MadeUp(), tmp_path))
    assert not [name for name in found.cells.columns if "published" in name]
    assert "nothing is published on Sample" in found.notes


def test_what_reaching_a_psnr_took_is_told_or_not_reached(tmp_path: Path) -> None:
    levels = {**LEVELS, "ees": 30.2}
    study = study_of(MadeUp(**EXACT, levels=levels), tmp_path)
    cells = pace(study, table(study, published())).set_index("arm")
    assert "bicubic" not in cells.index
    assert cells.loc["ees", "steps to bicubic + 0.5 dB"] == "not reached"
    # 16 dB shrink by e every 250 steps: 1.5 dB are left after 250 ln(16 / 1.5) = 592 steps.
    assert float(cells.loc["eeds", "steps to bicubic + 0.5 dB"]) == pytest.approx(592, abs=8)


def test_seeds_that_did_not_reach_a_psnr_are_counted(tmp_path: Path) -> None:
    study = study_of(MadeUp(**EXACT), tmp_path)
    one = study.finished.query("arm == 'eed' and seed == 0")["id"].item()
    low = study.curves.assign(
        **{"val/psnr": study.curves["val/psnr"].where(study.curves["id"] != one, 20.0)}
    )
    study = replace(study, curves=low)
    cells = pace(study, table(study, published())).set_index("arm")
    assert cells.loc["eed", "steps to bicubic"].endswith(" (2 of 3)")


def test_scales_are_rows_of_their_own(tmp_path: Path) -> None:
    study = study_of(MadeUp(scales=(2, 3)), tmp_path)
    cells = shown(study, table(study, published()), published())
    assert cells[["arm", "scale"]].to_numpy().tolist()[:4] == [
        ["bicubic", "x2"], ["bicubic", "x3"], ["ees", "x2"], ["ees", "x3"],
    ]  # fmt: skip


def test_an_effect_is_said_in_its_unit(tmp_path: Path) -> None:
    found = findings(study_of(MadeUp(**REAL), tmp_path))
    rows = verdict_rows(found.verdicts).set_index("claim")
    assert re.fullmatch(r"[\d.]+× \[[\d.]+, [\d.]+\]", rows.loc["C1", "effect [95 % interval]"])
    assert re.fullmatch(
        r"\+0\.\d{3} dB \[\+0\.\d{3}, \+0\.\d{3}\]", rows.loc["C4", "effect [95 % interval]"]
    )
    assert rows.loc["C4", "n"] == "3 seeds × 4 pictures"
    assert effect(None) == "–"


def test_a_study_without_a_finished_run_names_the_command(tmp_path: Path) -> None:
    made = MadeUp()
    made.absent = [row["id"] for row in made.planned()]
    with pytest.raises(
        UserError, match=r"no run .* finished: python train\.py experiment=ablation"
    ):
        findings(study_of(made, tmp_path))


# Figures ---------------------------------------------------------------------------------------


@pytest.fixture
def study(tmp_path: Path) -> results.Study:
    made = MadeUp(samples=True)
    made.diverged = {made.run_id("dcnn", 3, 1): 900}
    return study_of(made, tmp_path / "runs")


def test_mean_curves_average_the_finished_runs(study: results.Study) -> None:
    rows = mean_curves(study, ["val/psnr"]).query("arm == 'dcnn'")
    done = study.finished.query("arm == 'dcnn'")["id"]
    by_hand = study.curves[study.curves["id"].isin(done)].groupby("step")["val/psnr"]
    assert set(rows["n"]) == {2}
    assert rows.set_index("step")["val/psnr"].to_dict() == pytest.approx(by_hand.mean().to_dict())
    assert rows.set_index("step")["val/psnr sd"].to_dict() == pytest.approx(by_hand.std().to_dict())


@pytest.mark.parametrize("axis", list(AXES))
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
    assert len(axes.collections) == 5  # a band each
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
    assert [axes.get_xlabel() for axes in (steps, seconds, macs)] == list(AXES.values())
    level = [line for line in steps.get_lines() if line.get_label() == "bicubic"]
    assert level[0].get_ydata() == [30.0, 30.0]
    crosses = [line for line in steps.get_lines() if line.get_marker() == "x"]
    assert [float(line.get_xdata()[0]) for line in crosses] == [900]
    low, high = steps.get_ylim()
    assert 27 < low < 30 < 32 < high < 33  # untrained networks begin near 15 dB


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
    assert energy.get_yscale() == "log"
    assert len(energy.get_lines()) == 4


def test_branch_curves_return_their_axes(study: results.Study) -> None:
    axes = Figure().subplots()
    columns = ["val/psnr", "val/psnr_shallow", "val/psnr_deep"]
    rows = mean_curves(study, columns).query("arm == 'eeds'")
    assert branch_curves(rows, axes, "psnr", styles(study.models)["eeds"]) is axes


def test_no_arm_with_branches_means_no_figure_of_them(tmp_path: Path) -> None:
    arms = {name: name for name in ("bicubic", "eed")}
    assert branches_figure(study_of(MadeUp(arms=arms), tmp_path)) is None


@pytest.mark.parametrize("path", sorted((ROOT / "conf" / "experiment").glob("*.yaml")))
def test_arms_of_every_experiment_differ_in_grey_too(path: Path) -> None:
    arms = yaml.safe_load(path.read_text())["experiment"]["arms"]
    looks = styles(dict.fromkeys(map(str, arms))).values()
    assert len({(look.dashes, look.marker) for look in looks}) == len(arms)
    assert len({look.light for look in looks}) == len({look.dark for look in looks}) == len(arms)


def test_figures_follow_the_rows_alone(study: results.Study) -> None:
    with drawing():
        for kind in ("svg", "png"):
            once, again = (rendered(convergence_figure(study), kind) for _ in range(2))
            assert once == again


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


# The folder ------------------------------------------------------------------------------------

FILES = {
    *("README.md", "table.csv", "table.tex", "runs.csv", "scores.csv", "curves.csv"),
    *("convergence.svg", "branches.svg", "frontier.svg", "samples.png", "samples.csv"),
    *("study.json", "index.html"),
}


def test_the_same_rows_give_the_same_files(study: results.Study, tmp_path: Path) -> None:
    first, second = (report.write_report(study, tmp_path / name) for name in "ab")
    assert {path.name for path in first.iterdir()} == FILES
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_findings_are_drawn_anew_from_what_they_keep(tmp_path: Path) -> None:
    made = MadeUp(scales=(2, 3), seeds=(0, 1), samples=True, data="t91", sets={"Set5": 3})
    made.diverged = {made.run_id("eed", 3, 1): 400}
    made.absent = [made.run_id("dcnn", 2, 1)]
    study = study_of(made, tmp_path / "runs")
    folder = report.write_report(study, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(study.root)
    (folder / "index.html").unlink()
    assert report.write_pages(tmp_path / "out") == [folder / "index.html"]
    assert (folder / "index.html").read_bytes() == before["index.html"]
    for name in before.keys() - {"study.json", "runs.csv", "scores.csv", "curves.csv"}:
        if not name.startswith("samples"):
            (folder / name).unlink()
    assert report.write_report(results.read_kept(folder), tmp_path / "out") == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_study_of_another_precision_never_takes_the_folder_of_one_that_is_there(
    tmp_path: Path,
) -> None:
    runs, out = tmp_path / "runs", tmp_path / "out"
    half, full = (
        replace(study_of(MadeUp(steps=200), runs), precision=precision)
        for precision in ("bf16-mixed", "32-true")
    )
    assert report.write_report(half, out) == out / "ablation" / "sample-x3-quick"
    apart = out / "ablation" / "sample-x3-quick-32-true"
    assert report.write_report(full, out) == apart
    shutil.rmtree(out / "ablation" / "sample-x3-quick")
    assert report.write_report(full, out) == apart  # and goes there again
    assert report.write_report(half, out) == out / "ablation" / "sample-x3-quick"
    (out / "ablation" / "sample-x3-quick" / "study.json").write_text("{")
    with pytest.raises(UserError, match=r"study\.json is damaged"):
        report.write_report(full, out)


@pytest.mark.parametrize("lost", ["study.json", "runs.csv", "curves.csv"])
def test_findings_that_lack_a_file_are_refused_in_one_line(
    study: results.Study, tmp_path: Path, lost: str
) -> None:
    folder = report.write_report(study, tmp_path)
    (folder / lost).unlink()
    with pytest.raises(UserError, match="is no folder of findings"):
        results.read_kept(folder)


def test_committed_rows_explain_a_number_when_its_runs_are_gone(
    study: results.Study, tmp_path: Path
) -> None:
    report.write_report(study, tmp_path / "out")
    from_runs = results.explain("eeds", "Sample", 3, study.root, [tmp_path / "none"])
    shutil.rmtree(study.root)
    assert results.explain("eeds", "Sample", 3, study.root, [tmp_path / "out"]) == from_runs


def test_runs_and_their_findings_give_one_certificate(study: results.Study, tmp_path: Path) -> None:
    report.write_report(study, tmp_path / "out")
    text = results.explain("eeds", "Sample", 3, study.root, [tmp_path / "out"])
    assert text.count("eeds on Sample x3") == 1


def test_every_row_can_be_traced_from_the_csv_files(study: results.Study, tmp_path: Path) -> None:
    folder = report.write_report(study, tmp_path)
    runs, scores = (pd.read_csv(folder / f"{name}.csv") for name in ("runs", "scores"))
    curves = pd.read_csv(folder / "curves.csv")
    assert len(runs) == 16
    assert set(scores["id"]) == set(runs.loc[runs["state"] == "finished", "id"])
    assert set(curves["id"]) == set(runs["id"])
    cells = pd.read_csv(folder / "table.csv").set_index("arm")
    mean = scores[scores["arm"] == "eeds"].groupby("id")["psnr"].mean().mean()
    assert cells.loc["eeds", "Sample psnr"] == pytest.approx(mean)


def test_the_readme_has_question_answer_command_table_and_verdicts(
    study: results.Study, tmp_path: Path
) -> None:
    text = (report.write_report(study, tmp_path) / "README.md").read_text()
    found = findings(study)
    assert f"**Question.** {study.question}" in text
    assert "**Answer.** Highest on Sample x3: eeds" in text
    assert study.command in text
    for row in found.cells.to_numpy().tolist():
        assert re.search(r"\| " + r" +\| ".join(map(re.escape, row)) + r" +\|", text), row
    for verdict in found.verdicts:
        assert f"| {verdict.id} " in text
    for name in re.findall(r"\]\((\S+)\)", text):
        assert (tmp_path / study.folder / name).is_file()


def test_zeros_at_the_end_of_a_score_are_kept(tmp_path: Path) -> None:
    made = MadeUp(
        **EXACT, seeds=(0,), sets={"Sample": 1}, arms={"bicubic": "bicubic", "eed": "eed"}
    )
    study = study_of(made, tmp_path / "runs")
    study = replace(study, scores=study.scores.assign(psnr=32.1))
    text = (report.write_report(study, tmp_path / "out") / "README.md").read_text()
    assert "| 32.10 " in text


def test_what_people_make_of_the_findings_is_kept(study: results.Study, tmp_path: Path) -> None:
    folder = tmp_path / study.folder
    folder.mkdir(parents=True)
    (folder / "reading.md").write_text("It *holds*\nat `x3`.\n\nFor <b>five</b> pictures.\n")
    report.write_report(study, tmp_path)
    readme = (folder / "README.md").read_text()
    assert "## Reading\n\nIt *holds*\nat `x3`.\n\nFor <b>five</b> pictures.\n" in readme
    html = (folder / "index.html").read_text()
    assert "<p>It <em>holds</em>\nat <code>x3</code>.</p>" in html
    assert "<p>For &lt;b&gt;five&lt;/b&gt; pictures.</p>" in html
    assert (folder / "reading.md").is_file()


def test_the_index_lists_every_folder_with_its_answer(study: results.Study, tmp_path: Path) -> None:
    for name, answer in (("a", "3e-3"), ("b", "1e-3")):
        (tmp_path / "recipe" / name).mkdir(parents=True)
        (tmp_path / "recipe" / name / "README.md").write_text(
            f"# Recipe\n\n**Question.** Which rate?\n\n**Answer.** {answer}.\n"
        )
    report.write_report(study, tmp_path)
    text = (tmp_path / "README.md").read_text()
    first = r"\| Which rate\? +\| \[recipe/a\]\(recipe/a/README\.md\) +\| 3e-3\. +\|"
    assert re.search(first, text)
    assert re.search(r"\| +\| \[recipe/b\]\(recipe/b/README\.md\) +\| 1e-3\. +\|", text)
    assert "[ablation/sample-x3-quick](ablation/sample-x3-quick/README.md)" in text
    assert "Highest on Sample x3: eeds" in text


def test_tex_escapes_and_has_every_arm(study: results.Study, tmp_path: Path) -> None:
    text = (report.write_report(study, tmp_path) / "table.tex").read_text()
    assert r"\toprule" in text
    assert r"2.0\%" in text
    assert all(arm in text for arm in study.arms)


def test_the_table_on_the_screen_has_scores_notes_and_verdicts(study: results.Study) -> None:
    console = Console(width=200, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        report.print_table(findings(study), console)
    text = captured.get()
    for part in ("eeds", "Sample PSNR (dB)", "note: dcnn x3 s1 diverged at step 900", "C4"):
        assert part in text


def test_a_narrow_terminal_gets_fewer_columns_instead_of_cut_ones(study: results.Study) -> None:
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        report.print_table(findings(study), console)
    text = captured.get()
    assert "Sample PSNR" in text
    assert "SSIM" not in text


@pytest.mark.parametrize(
    "state", ["bicubic alone", "no bicubic", "one arm", "one scale", "begun", "short"]
)
def test_a_study_in_any_state_is_reported(tmp_path: Path, state: str) -> None:
    made = MadeUp(steps=100 if state == "short" else 2000)
    trained = [row["id"] for row in made.planned() if row["seed"] is not None]
    if state == "bicubic alone":
        made.absent = trained
    elif state == "no bicubic":
        made.absent = [made.run_id("bicubic", 3, None)]
    elif state == "one arm":
        made.arms = {"eed": "eed"}
    elif state == "one scale":
        made.scales = (2, 3)
        made.absent = [row["id"] for row in made.planned() if row["scale"] == 2]
    elif state == "begun":
        made.running = dict.fromkeys(trained[1:], 0)
    study = study_of(made, tmp_path / "runs")
    folder = report.write_report(study, tmp_path)
    assert (folder / "README.md").read_text().count("**Answer.** Highest on Sample x3") == 1


@pytest.mark.parametrize("lost", ["protocol", "files"])
def test_a_study_without_scores_tells_the_validation_curve(tmp_path: Path, lost: str) -> None:
    MadeUp().write(tmp_path / "runs")
    for path in (tmp_path / "runs").glob("*/scores.csv"):
        if lost == "files":
            path.unlink()
        else:
            path.write_text(path.read_text().replace("classic", "rgb"))
    study = results.load(tmp_path / "runs", "ablation")
    folder = report.write_report(study, tmp_path)
    assert "Highest on the validation pictures x3: eeds" in (folder / "README.md").read_text()
    assert any("no score by protocol classic" in note for note in findings(study).notes)


def test_samples_of_many_arms_are_wrapped_to_what_a_page_shows(tmp_path: Path) -> None:
    def sheet(arms: list[str], scales: tuple[int, ...]) -> tuple[list[Tile], int]:
        made = MadeUp(arms=dict.fromkeys(arms, "ees"), scales=scales, samples=True)
        made.levels = dict.fromkeys(arms, 30.0)
        for kind, content in samples_sheet(crops(study_of(made, tmp_path / arms[0]))).items():
            (tmp_path / f"samples.{kind}").write_bytes(content)
        return cut(tmp_path), read_grey(tmp_path / "samples.png").shape[1]

    _, few = sheet(["a", "b", "c", "d", "e", "f"], (3,))
    names = [f"arm{i}" for i in range(15)]
    tiles, many = sheet(names, (2, 3, 4))
    assert len(tiles) == 3 * 17  # one crop of each scale
    assert {tile.arm for tile in tiles} == {*names, ""}
    assert many <= few


def test_a_crop_is_cut_out_of_the_sheet_as_it_was_put_there(
    study: results.Study, tmp_path: Path
) -> None:
    folder = report.write_report(study, tmp_path)
    first = study.finished.drop_duplicates("arm").set_index("arm")["id"].to_dict()
    tiles = cut(folder)
    assert {tile.arm for tile in tiles} == {"", "ees", "eed", "eeds", "dcnn", "dscnn"}
    for tile in tiles:
        run = study.root / first[tile.arm or "ees"]
        with Image.open(run / "samples" / f"{tile.picture}-{tile.kind}.png") as picture:
            assert (np.asarray(picture) == tile.pixels).all()


def test_titles_of_the_sheet_lie_between_its_crops(study: results.Study, tmp_path: Path) -> None:
    folder = report.write_report(study, tmp_path)
    sheet = read_grey(folder / "samples.png").copy()
    places = pd.read_csv(folder / "samples.csv")
    for row in places.itertuples():
        sheet[row.top : row.top + row.height, row.left : row.left + row.width] = 255
        # white above the text: no title is cut off by the crop above it
        assert (sheet[row.top - HEAD : row.top - HEAD + 3, row.left : row.left + 140] == 255).all()
        assert (sheet[row.top - HEAD : row.top, row.left : row.left + 140] < 128).any()


# The page --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    made = MadeUp(samples=True)
    made.diverged = {made.run_id("dcnn", 3, 1): 900}
    return report.write_report(study_of(made, folder / "runs"), folder) / "index.html"


def test_the_page_names_no_other_place(page: Path) -> None:
    text = page.read_text().replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.findall(
        r"https?://|url\((?!#)|@import|<link(?! rel=\"icon\" href=\"data:,\")", text
    )


def test_labels_are_text_not_markup(tmp_path: Path) -> None:
    arms = {"bicubic": "bicubic", "<i>&": "eed"}
    made = MadeUp(arms=arms, levels={"bicubic": 30.0, "<i>&": 31.0})
    made.write(tmp_path / "runs")
    study = results.load(tmp_path / "runs", "ablation")
    text = (report.write_report(study, tmp_path) / "index.html").read_text()
    assert "<i>" not in text
    assert html.escape("<i>&") in text


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("needs a Chromium: apt-get install chromium")
    with Browser(tmp_path / "profile") as browser:
        yield browser


def column(browser: Browser, index: int) -> list[str]:
    cells = (
        f"[...document.querySelectorAll('#scores tbody tr')].map(r => r.cells[{index}].innerText)"
    )
    return [text.strip() for text in browser.run(cells)]


def test_the_page_opens_from_a_file_without_a_complaint_or_a_request(
    browser: Browser, page: Path
) -> None:
    for dark in (False, True):
        browser.open(page, dark=dark)
        assert browser.run("document.querySelectorAll('#scores tbody tr').length") == 6
    assert browser.complaints == []
    assert {url.partition(":")[0] for url in browser.requests} <= {"file", "data"}


def test_the_page_is_light_and_dark(browser: Browser, page: Path) -> None:
    shades = []
    for dark in (False, True):
        browser.open(page, dark=dark)
        colour = browser.run("getComputedStyle(document.body).backgroundColor")
        shades.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    assert shades[0] > 700 > 100 > shades[1]


def test_a_click_on_a_head_sorts_and_another_turns_it(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert column(browser, 0) == ["bicubic", "ees", "eed", "eeds", "dcnn", "dscnn"]
    browser.click("#scores th:nth-child(3) button")
    scores = [float(text.split()[0]) for text in column(browser, 2)]
    assert scores == sorted(scores, reverse=True)
    assert column(browser, 0)[0] == "eeds"
    browser.click("#scores th:nth-child(3) button")
    assert column(browser, 0)[0] == "bicubic"
    # dead channels: bicubic has none to speak of and stays last either way
    for _ in range(2):
        browser.click("#scores th:last-child button")
        assert column(browser, 0)[-1] == "bicubic"
    assert browser.complaints == []


def test_hovering_tells_values_on_every_axis(browser: Browser, page: Path) -> None:
    browser.open(page)
    for axis in ("step", "seconds", "macs"):
        browser.click(f"[data-axis={axis}]")
        x, y = browser.centre("[data-convergence] svg[role=img]")
        browser.mouse("mouseMoved", x, y)
        tip = browser.run("document.querySelector('[data-convergence] .tip').innerText")
        assert re.search(r"step \d+", tip)
        assert re.search(r"eeds\s+\d\d\.\d\d ± \d\.\d\d dB", tip)
        assert "MACs" in tip
    browser.mouse("mouseMoved", 2, 2)
    assert browser.run("document.querySelector('[data-convergence] .tip').hidden")
    assert browser.complaints == []


def test_the_curves_are_the_table_s_arms_and_can_be_hidden(browser: Browser, page: Path) -> None:
    browser.open(page)
    lines = "[...document.querySelectorAll('[data-convergence] [data-series]')]"
    drawn = f"{lines}.map(line => line.dataset.series)"
    arms = ["ees", "eed", "eeds", "dcnn", "dscnn"]
    assert browser.run(drawn) == [*arms, "dcnn"]  # and the run that diverged
    browser.click("[data-convergence] [data-arm=dcnn]")
    assert browser.run(drawn) == [arm for arm in arms if arm != "dcnn"]
    browser.click("[data-convergence] [data-arm=dcnn]")
    assert browser.run(drawn) == [*arms, "dcnn"]


def test_the_slider_follows_the_pointer_and_pictures_change(browser: Browser, page: Path) -> None:
    browser.open(page)
    at = "parseFloat(document.querySelector('.compare').style.getPropertyValue('--at'))"
    clip = "getComputedStyle(document.querySelector('.compare .over')).clipPath"
    assert browser.run(at) == 50
    x, y = browser.centre(".compare")
    width = browser.run("document.querySelector('.compare').getBoundingClientRect().width")
    browser.mouse("mousePressed", x, y, held=True)
    browser.mouse("mouseMoved", x + width / 4, y, held=True)
    browser.mouse("mouseReleased", x + width / 4, y)
    assert browser.run(at) == pytest.approx(75, abs=4)
    assert re.search(r"inset\(0(px)? 0(px)? 0(px)? 7\d", browser.run(clip))
    source = "document.querySelector('.compare .over').src"
    assert browser.run("document.querySelector('.compare .right').innerText").startswith("eeds 3")
    before = browser.run(source)
    browser.run(
        "const s = document.querySelector('select[name=right]');"
        "s.value = 'HR'; s.dispatchEvent(new Event('change'))"
    )
    assert browser.run(source) != before
    loaded = "[...document.querySelectorAll('.compare img')].every(i => i.naturalWidth === 96)"
    assert browser.run(loaded)
    assert browser.complaints == []


def test_the_page_fits_a_telephone(browser: Browser, page: Path) -> None:
    browser.open(page, width=390, height=800)
    assert browser.run("document.documentElement.scrollWidth") <= 390


# The command -----------------------------------------------------------------------------------


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["shoal", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_shoal_report_writes_the_folder_and_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MadeUp().write(tmp_path / "runs")
    monkeypatch.chdir(ROOT)
    words = ("report", "ablation", "--runs", tmp_path / "runs", "--out", tmp_path / "out")
    assert command(monkeypatch, *words) == 0
    assert (tmp_path / "out" / "ablation" / "sample-x3-quick" / "index.html").is_file()
    assert "indicated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "ablation"), "python train.py experiment=ablation"),
        (("runs", "list"), "python train.py model=eeds"),
        (("runs", "explain", "eeds", "--set", "Set5", "--scale", "4"),
         "python train.py model=eeds scale=4"),
    ],
)  # fmt: skip
def test_nothing_to_read_is_one_line_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(monkeypatch, *words) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_shoal_runs_list_and_explain_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = MadeUp()
    made.write(tmp_path)
    assert command(monkeypatch, "runs", "list", "--runs", tmp_path) == 0
    assert made.run_id("eeds", 3, 0) in capsys.readouterr().out
    explain = ("runs", "explain", "eeds", "--set", "Sample", "--scale", 3, "--runs", tmp_path)
    assert command(monkeypatch, *explain) == 0
    assert "eeds on Sample x3" in capsys.readouterr().out
