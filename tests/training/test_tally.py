"""Losses that are counted where they are computed."""

import math

import pytest
import torch

from shoal.training.tally import Diverged, Tally


def test_the_sum_is_that_of_pythons_floats_to_the_last_bit() -> None:
    losses, tally, total = torch.rand(200) ** 9, Tally(), 0.0
    for loss in losses:
        tally.add(loss)
        total += loss.item()
    tally.read()
    assert (tally.total, tally.count, tally.last) == (total, 200, losses[-1].item())


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_the_first_loss_that_is_not_finite_is_named_however_late_somebody_looks(bad: float) -> None:
    tally = Tally()
    tally.begin(1000, total=2.5, count=3)  # of a checkpoint of step 1003
    for loss in (1.0, 2.0, bad, 4.0, -bad, 5.0):
        tally.add(torch.tensor(loss))
    with pytest.raises(Diverged, match="not finite after 1005 steps"):
        tally.read()


def test_a_validation_begins_anew_in_the_same_memory() -> None:
    tally = Tally()
    tally.add(torch.tensor(3.0))
    memory = tally._sum.data_ptr()
    tally.begin(1)
    tally.add(torch.tensor(4.0))
    tally.read()
    assert (tally.total, tally.count) == (4.0, 1)
    assert tally._sum.data_ptr() == memory
