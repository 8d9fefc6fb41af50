"""How long a network takes."""

import time

import pytest
import torch

from helpers.networks import network
from shoal.models.speed import seconds_per_megapixel


@pytest.mark.parametrize(
    ("passes", "speed"),
    [
        ([0.2, 0.05, 0.1, 0.3, 0.12, 0.2], 0.12 / 2700),  # quick: then the whole pictures
        ([2, 0.3, 0.6], 0.3 / 900),  # slow: a piece alone
        ([60], 60 / 900),  # slower still: once
    ],
)
def test_speed_is_the_time_of_the_fastest_pass_over_its_hr_pixels(monkeypatch, passes, speed):
    clock = iter([moment for taken in passes for moment in (0, taken)])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    pictures = [torch.rand(1, 1, 10, 10), torch.rand(1, 1, 20, 10)]
    measured = seconds_per_megapixel(network("bicubic", 3), pictures)
    assert measured == pytest.approx(speed * 1e6)
    assert not list(clock)


def test_the_piece_of_a_large_picture_is_small():
    given = []

    class Slow(torch.nn.Module):
        def forward(self, lr):
            given.append(tuple(lr.shape[2:]))
            time.sleep(0.002)
            return lr

    seconds_per_megapixel(Slow(), [torch.rand(1, 1, 2000, 3000)])
    assert given == [(64, 64)] * 3
