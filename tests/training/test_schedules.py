"""Rates over a run, and losses."""

import pytest
import torch

from shoal.training.losses import Charbonnier, Euclidean
from shoal.training.schedules import geometric, multistep, warmup_cosine


def rates(make, steps, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimizer, steps, **options)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return [*seen, optimizer.param_groups[0]["lr"]]


def test_warmup_rises_in_a_line_and_the_cosine_ends_at_zero():
    seen = rates(warmup_cosine, 100, warmup=0.2)
    assert seen[:20] == pytest.approx([(step + 1) / 21 for step in range(20)])
    assert seen[20] == 1
    assert seen[60] == pytest.approx(0.5)
    assert seen[100] == pytest.approx(0)


def test_without_a_warmup_the_first_rate_is_the_full_one():
    assert rates(warmup_cosine, 10, warmup=0.0)[0] == 1


def test_milestones_are_shares_of_the_run():
    seen = rates(multistep, 100, milestones=[0.5, 0.8], gamma=0.1)
    assert (seen[49], seen[50], seen[79], seen[80]) == pytest.approx((1, 0.1, 0.1, 0.01))


def test_a_geometric_rate_falls_by_the_same_factor_at_each_step():
    seen = rates(geometric, 100, last=0.01)
    assert (seen[0], seen[50], seen[100]) == pytest.approx((1, 0.1, 0.01))


def test_charbonnier_is_the_root_of_squares():
    loss = Charbonnier(epsilon=0.3)
    assert loss(torch.tensor([0.4, 0.0]), torch.zeros(2)).item() == pytest.approx(0.4)


def test_summed_losses_are_the_sum_of_a_picture_and_the_mean_of_pictures():
    sr = torch.stack([torch.full((1, 2, 3), 0.4), torch.zeros(1, 2, 3)])
    hr = torch.zeros_like(sr)
    assert Euclidean()(sr, hr).item() == pytest.approx(6 * 0.4**2 / 2 / 2)
    summed = Charbonnier(epsilon=0.3, summed=True)
    assert summed(sr, hr).item() == pytest.approx((6 * 0.5 + 6 * 0.3) / 2)
