"""Columns of scores beside PSNR and SSIM."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torchmetrics import Metric

from helpers.composing import configured
from shoal.errors import UserError
from shoal.evaluation.columns import GIVEN, build_columns, try_columns
from shoal.evaluation.metrics import psnr
from shoal.runs import groups
from shoal.runs.run import Run


class Largest(Metric):
    """The largest value that it is given, and of which shape."""

    def __init__(self) -> None:
        super().__init__()
        self.add_state("seen", torch.tensor(0.0), dist_reduce_fx="max")

    def update(self, sr: Tensor, hr: Tensor) -> None:
        assert sr.shape == hr.shape
        self.seen = torch.maximum(self.seen, sr.max() + 1000 * (sr.shape[1] == 3))

    def compute(self) -> Any:
        return self.seen


class Pairs(Largest):
    def compute(self) -> Any:
        return {"a": self.seen}


class NoMetric(torch.nn.Module):
    pass


def entry(kind: str, given: str = "levels") -> dict[str, Any]:
    return {"given": given, "metric": {"_target_": f"{__name__}.{kind}"}}


@pytest.mark.parametrize(("given", "value"), [("levels", 200), ("unit", 200 / 255)])
def test_a_metric_is_given_what_it_asks_for_of_one_picture_at_a_time(
    given: str, value: float
) -> None:
    (column,) = build_columns({"largest": entry("Largest", given)})
    bright, dark = (torch.full((1, 1, 12, 12), level).double() for level in (200.0, 0.0))
    assert column.value(bright, dark) == pytest.approx(value)
    assert column.value(dark, dark) == 0


def test_a_metric_of_colour_pictures_is_given_three_equal_planes() -> None:
    (column,) = build_columns({"largest": entry("Largest", "unit_rgb")})
    plane = torch.full((1, 1, 4, 4), 255.0)
    assert column.value(plane, plane) == 1001


def test_torchmetrics_own_psnr_of_levels_is_ours() -> None:
    config = {"_target_": "torchmetrics.image.PeakSignalNoiseRatio", "data_range": 255.0}
    (column,) = build_columns({"theirs": {"given": "levels", "metric": config}})
    generator = torch.Generator().manual_seed(0)
    sr, hr = (torch.rand(1, 1, 40, 50, generator=generator) * 255 for _ in range(2))
    assert column.value(sr, hr) == pytest.approx(psnr(sr, hr).item(), abs=1e-4)


@pytest.mark.parametrize("name", ["vif", "ms_ssim"])
def test_those_that_come_with_shoal_score_equal_pictures_as_one(name: str) -> None:
    (column,) = build_columns(configured(f"metrics={name}").metrics)
    picture = torch.rand(1, 1, 176, 190, generator=torch.Generator().manual_seed(0)) * 255
    assert column.value(picture, picture) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("NoMetric", "metrics.mine is no torchmetrics.Metric but a NoMetric"),
        ("Larges", "metrics.mine can't be built: .*"),
        ("Pairs", "photo.png: metrics.mine gives a dict, not a single number"),
    ],
)
def test_what_gives_no_score_is_refused_before_any_training(kind: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        try_columns(build_columns({"mine": entry(kind)}), {"photo.png": (50, 60)})


def test_a_picture_too_small_for_a_metric_is_named_before_any_training() -> None:
    columns = build_columns(configured("metrics=vif").metrics)
    try_columns(columns, {"large.png": (50, 60)})
    words = r"tiny.png: metrics.vif can't score 60 x 20 pixels: "
    with pytest.raises(UserError, match=words):
        try_columns(columns, {"large.png": (50, 60), "tiny.png": (20, 60)})


def test_trying_draws_from_no_generator_that_weights_are_drawn_from() -> None:
    before = torch.get_rng_state()
    try_columns(build_columns({"mine": entry("Largest")}), {"photo.png": (50, 60)})
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("+metrics.psnr={given: unit, metric: {_target_: x.Y}}", "metrics.psnr can't be a column"),
        ("+metrics.A={given: unit, metric: {_target_: x.Y}}", "metrics.A can't be a column"),
        ("+metrics.a={given: rgb, metric: {_target_: x.Y}}", "metrics.a.given=rgb is unknown"),
        ("+metrics.a={given: unit}", "metrics.a needs metric"),
        ("+metrics.a={given: unit, metric: {x: 1}}", "metrics.a.metric=.* has no _target_"),
    ],
)
def test_a_column_that_can_not_be_is_refused(override: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        configured(override)


def test_columns_decide_no_weight_and_no_name() -> None:
    assert set(GIVEN) == set(groups.GIVEN)
    assert Run.of(configured("metrics=vif")).folder.id == Run.of(configured()).folder.id
    assert list(configured("metrics=[vif,ms_ssim]").metrics) == ["vif", "ms_ssim"]
