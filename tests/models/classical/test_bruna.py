"""Scattering, the descent to it, and the network that expects it."""

import torch

from helpers.worlds import SCALE, mean_error, pairs
from shoal.models.classical import bruna, wavelets
from shoal.models.classical.bruna import Bruna
from shoal.pictures.resample import upscale


def model(steps: int, trained: int = 1) -> Bruna:
    arguments = {"features": 8, "batch": 4, "rate": 0.004, "stride": 1.0, "projections": 0}
    made = Bruna(SCALE, trained=trained, steps=steps, **arguments)
    made.fit(pairs(4), seed=0)
    return made


def test_wavelets_enlarge_no_frequency_and_leave_a_flat_picture_nothing():
    for scale in (2, 3, 4):
        responses = torch.fft.fft2(wavelets.bank(scale)[:, 0], s=(64, 64)).abs()
        assert responses.square().sum(dim=0).max() <= 1 + 1e-5
        assert responses[:, 0, 0].max() < 1e-5


def test_the_slope_is_the_gradient_away_from_the_edges():
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand(1, 1, 40, 40, generator=generator)
    wanted = torch.zeros(1, wavelets.CHANNELS, 40, 40)
    wanted[..., 20, 20] = 0.1
    with torch.enable_grad():
        leaf = picture.clone().requires_grad_()
        loss = (wavelets.statistics(leaf, SCALE) - wanted).square().sum() / 2
        (expected,) = torch.autograd.grad(loss, leaf)
    found = wavelets.slope(picture, wanted, SCALE)
    inner = (..., slice(12, -12), slice(12, -12))
    torch.testing.assert_close(found[inner], expected[inner], rtol=1e-3, atol=1e-5)


def test_told_hrs_own_statistics_it_comes_far_nearer_to_hr_than_bicubic(monkeypatch):
    lr, hr = pairs(1, seed=5)[0]
    fitted = model(40)
    monkeypatch.setattr(bruna, "expected", lambda *_: wavelets.statistics(hr, SCALE))
    assert mean_error(fitted(lr), hr, 4) < 0.7 * mean_error(upscale(lr, SCALE), hr, 4)


def test_training_brings_the_expected_statistics_nearer_to_hrs():
    lr, hr = pairs(1, seed=5)[0]
    wanted = wavelets.statistics(hr, SCALE)
    errors = [
        mean_error(bruna.expected(lr, SCALE, model(1, trained)._layers()), wanted, 4)
        for trained in (1, 120)
    ]
    assert errors[1] < 0.95 * errors[0]
