"""Numbers that pages state are those of the committed rows."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from hydra.utils import instantiate

from helpers.composing import CONF, ROOT, composed, options
from shoal.models.reparam import folded

FINDINGS = ROOT / "experiments"
ABLATION = FINDINGS / "ablation" / "t91-x3-standard"
CLASSICAL = FINDINGS / "classical" / "t91_brief-x2+3+4-quick"
PRETRAINED = FINDINGS / "pretrained" / "general291+t91-x2+3+4-standard"
INTERVAL = re.compile(r"\[([-+]?\d+\.\d+), ([-+]?\d+\.\d+)\]")
READINGS = sorted(FINDINGS.rglob("reading.md"))
# What an earlier look at fewer seeds gave: upsampling's reading says of which.
EARLIER = {(-0.54, 0.55), (-0.14, 0.14)}


def table(page: str, head: str) -> Iterator[list[str]]:
    """The cells of each row of the table in a page of docs/ that begins with these words."""
    lines = iter((ROOT / "docs" / page).read_text().splitlines())
    next(line for line in lines if line.startswith(head))
    next(lines)  # the rule below the heads
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip(" `*") for cell in line.strip("|").split("|")]


def numbers(cell: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\.?\d*", cell)]


def rows(folder: Path, name: str = "table.csv") -> pd.DataFrame:
    return pd.read_csv(folder / name)


def near(found: list[float], said: list[float], digits: int) -> bool:
    """Whether numbers are others, rounded to so many digits."""
    return len(found) == len(said) and all(
        abs(a - b) < 0.51 * 10**-digits for a, b in zip(found, said, strict=True)
    )


def test_the_table_of_findings_is_that_of_its_rows() -> None:
    kept = rows(ABLATION).set_index("arm")
    said = list(table("findings.md", "| | parameters | multiply-adds"))
    assert len(said) == len(kept) == 6
    for name, parameters, macs, *sets in said:
        row = kept.loc[re.split(r"[ ,]", name)[0].lower()]
        assert numbers(parameters) == [row["parameters"]]
        unit = {"k": 1e3, "M": 1e6}.get(macs[-1], 1)
        assert numbers(macs)[0] * unit == pytest.approx(row["macs_per_lr_pixel"], rel=0.005)
        for cell, dataset in zip(sets, ("Set5", "Set14", "BSD100"), strict=False):
            found = [row[f"{dataset} psnr"], row[f"{dataset} psnr sd"]]
            if row["survived"] < row["ended"]:
                found += [row[f"{dataset} psnr over all"], row[f"{dataset} psnr sd over all"]]
            found = [number for number in found if number == number]
            assert near(found, numbers(cell.replace("over all", "")), 2), (name, dataset)


def test_the_table_of_fitted_methods_is_that_of_its_rows() -> None:
    kept = rows(CLASSICAL).set_index(["arm", "scale"])
    seconds = rows(CLASSICAL, "runs.csv").set_index(["arm", "scale"])["seconds"]
    said = list(table("classical.md", "| | x2 / x3 / x4, dB"))
    assert len(said) == 13
    for name, psnr, published, macs, fit, megapixel in said:
        for cell, column in ((psnr, "Set5 psnr"), (published, "Set5 published psnr")):
            found = [number for number in kept.loc[name][column] if number == number]
            assert near(found, numbers(cell), 2), (name, column)
        at_3 = kept.loc[(name, 3)]
        if numbers(macs):
            unit = {"k": 1e3, "M": 1e6}[macs[-1]]
            assert numbers(macs)[0] * unit == pytest.approx(at_3["macs_per_lr_pixel"], rel=0.03)
        if numbers(fit):
            assert near([seconds[name, 3]], numbers(fit), 0), name
        assert numbers(megapixel)[0] == pytest.approx(at_3["seconds_per_megapixel"], rel=0.2)


@pytest.mark.parametrize("page", ["src/shoal/pretrained/README.md", f"{PRETRAINED}/README.md"])
def test_the_table_of_weights_that_ship_is_that_of_their_rows(page: str) -> None:
    runs = rows(PRETRAINED, "runs.csv").set_index(["arm", "scale"])
    scores = rows(PRETRAINED, "scores.csv").query("protocol == 'classic'")
    means = scores.groupby(["arm", "scale", "dataset"])[["psnr", "ssim"]].mean()
    said = list(table(str(ROOT / page), "| weights"))
    assert len(said) == len(runs)
    for name, parameters, _, steps, *sets in said:
        arm, scale = name.replace("`", "").split(" x")
        run = runs.loc[(arm, int(scale))]
        assert numbers(parameters) + numbers(steps)[:1] == [run["parameters"], run["steps"]]
        for cell, dataset in zip(sets, ("Set5", "Set14", "BSD100"), strict=True):
            psnr, ssim = means.loc[(arm, int(scale), dataset)]
            assert near([psnr], numbers(cell)[:1], 2)
            assert near([ssim], numbers(cell)[1:], 4)


@pytest.mark.parametrize(
    ("head", "sets", "measures"),
    [
        ("| | | 40 | 60 | 80 |", ["Set5"], ["psnr", "ssim"]),
        ("| | | Set14, 40 |", ["Set14", "BSD100"], ["psnr"]),
    ],
)
def test_scores_of_compressed_pictures_are_those_of_their_rows(
    head: str, sets: list[str], measures: list[str]
) -> None:
    kept = rows(PRETRAINED, "compressed.csv")
    means = kept.groupby(["scale", "arm", "dataset", "protocol"])[measures].mean()
    scale, seen = 0, 0
    for at, name, *cells in table("upscaling.md", head):
        scale = int(at[1:]) if at else scale
        asked = [(dataset, f"jpeg{quality}") for dataset in sets for quality in (40, 60, 80)]
        for cell, (dataset, protocol) in zip(cells, asked, strict=True):
            row = means.loc[(scale, name, dataset, protocol)]
            for measure, number in zip(measures, numbers(cell), strict=True):
                assert near([row[measure]], [number], {"psnr": 2, "ssim": 4}[measure])
                seen += 1
    assert seen == 9 * 3 * len(sets) * len(measures)


def test_what_better_colour_could_add_is_that_of_its_rows() -> None:
    text = (ROOT / "docs" / "upscaling.md").read_text()
    means = rows(PRETRAINED, "colour.csv").groupby(["arm", "weights"], dropna=False)["psnr"].mean()
    luma, both, rgb = (means[arm].tolist() for arm in ("luma", "luma+HR", "rgb"))
    said = [means["bicubic"].item(), luma[0], both[0], *rgb, *luma]
    assert all(f"{number:.2f}" in text for number in said)
    assert f"so {both[0] - luma[0]:.2f} dB is the most" in text


def test_as_many_branches_are_silent_as_statistics_md_says() -> None:
    ends: dict[tuple[str, str], float] = {}
    for path in sorted(FINDINGS.rglob("curves.csv")):
        curves = pd.read_csv(path)
        runs = rows(path.parent, "runs.csv")
        finished = set(runs["id"] if "state" not in runs else runs[runs["state"] == "finished"].id)
        if "deep/low" not in curves:
            continue
        last = curves[curves["id"].isin(finished)].groupby("id").tail(1).set_index("id")
        for branch in ("shallow", "deep"):
            energy = (last[f"{branch}/low"] + last[f"{branch}/high"]).dropna()
            ends |= {(name, branch): value for name, value in energy.items()}
    values = pd.Series(ends)
    loud, none = int((values > 3e-4).sum()), int((values < 1e-14).sum())
    assert (
        f"Of the {len(values)} branches of the {len({name for name, _ in ends})} finished runs in "
        f"`experiments/` that have branches, {loud} end above 3e-4, {none} below 1e-14 and "
        f"{len(values) - loud - none} between"
    ) in (ROOT / "docs" / "statistics.md").read_text()
    near_the_threshold = ((values > 1e-7) & (values < 1e-5)).sum()
    assert near_the_threshold == 7  # "Seven do"


@pytest.mark.parametrize("reading", READINGS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_report_holds_its_reading_as_it_is(reading: Path) -> None:
    assert reading.read_text().strip() in (reading.parent / "README.md").read_text()


def intervals(text: str) -> set[tuple[float, float]]:
    return {(float(low), float(high)) for low, high in INTERVAL.findall(text)}


@pytest.fixture(scope="module")
def kept_intervals() -> list[tuple[float, float]]:
    """Every interval that a table of findings has, as it has it."""
    tables = [
        line
        for path in FINDINGS.glob("*/*/README.md")
        for line in path.read_text().splitlines()
        if line.startswith("|")
    ]
    found = intervals("\n".join(tables))
    return sorted(found | {(-high, -low) for low, high in found})  # "0.06 dB below" turns the sign


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "docs" / "findings.md", *READINGS],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_interval_that_is_spoken_of_is_one_of_a_table(
    page: Path, kept_intervals: list[tuple[float, float]]
) -> None:
    def kept(low: float, high: float) -> bool:
        return any(abs(low - a) < 0.0051 and abs(high - b) < 0.0051 for a, b in kept_intervals)

    said = intervals(page.read_text()) - EARLIER
    assert [each for each in sorted(said) if not kept(*each)] == []


@pytest.mark.parametrize("name", options("model"))
def test_the_sizes_that_comments_of_models_state_are_right(
    name: str, count: Callable[[str, int], tuple[int, int]]
) -> None:
    text = (CONF / "model" / f"{name}.yaml").read_text()
    for number, word, place in re.findall(
        r"([\d,]+) (parameters|weights)((?: at (?:x\d|every scale))?)", text
    ):
        scales = [int(place[-1])] if place[-1:].isdigit() else [2, 3, 4]
        for scale in scales if word == "weights" or place else [2]:
            assert int(number.replace(",", "")) == count(name, scale)[word == "weights"], name


@pytest.fixture(scope="module")
def count() -> Callable[[str, int], tuple[int, int]]:
    """How many parameters a network has when it is used, and how many of them are weights."""

    def counted(name: str, scale: int) -> tuple[int, int]:
        network = folded(instantiate(composed(f"model={name}", f"scale={scale}").model))
        shapes = [each.shape for each in network.parameters()]
        return sum(s.numel() for s in shapes), sum(s.numel() for s in shapes if len(s) > 1)

    return counted
