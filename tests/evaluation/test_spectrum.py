"""Energy above and below the LR picture's Nyquist frequency."""

import math

import pytest
import torch

from shoal.evaluation.spectrum import energies, low_band, low_correlation


def wave(cycles, size=48):
    """A cosine along the width, `cycles` per HR pixel, energy 1/2, on a grey of 0.3."""
    x = torch.arange(size, dtype=torch.float64)
    return (0.3 + torch.cos(2 * math.pi * cycles * x)).expand(1, 1, size, size)


@pytest.mark.parametrize(("cycles", "low"), [(1 / 24, True), (1 / 8, True), (1 / 4, False)])
def test_a_wave_lies_wholly_below_or_above_the_lr_grids_nyquist_frequency(cycles, low):
    below, above = energies(wave(cycles), scale=3)  # Nyquist at 1/6 cycles per HR pixel
    assert below.item() == pytest.approx(0.5 if low else 0.0, abs=1e-12)
    assert above.item() == pytest.approx(0.0 if low else 0.5, abs=1e-12)


def test_the_two_energies_add_up_to_the_variance():
    image = torch.rand(
        2, 1, 31, 44, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    below, above = energies(image, 2)
    variance = image.var(dim=(1, 2, 3), unbiased=False)
    assert torch.allclose(below + above, variance)


def test_the_low_band_of_a_low_wave_is_the_wave_without_its_mean():
    assert torch.allclose(low_band(wave(1 / 24), 3), wave(1 / 24) - 0.3, atol=1e-12)


def test_low_bands_correlate_whatever_lies_above_them():
    hr = wave(1 / 24) + wave(1 / 4)
    assert low_correlation(wave(1 / 24), hr, 3).item() == pytest.approx(1)
    assert low_correlation(-2 * wave(1 / 24), hr, 3).item() == pytest.approx(-1)
    assert low_correlation(torch.ones(1, 1, 48, 48).double(), hr, 3).item() == 0
