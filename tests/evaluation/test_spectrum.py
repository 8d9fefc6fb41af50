"""Energy above and below the LR picture's Nyquist frequency."""

import math

import pytest
import torch

from shoal.evaluation.spectrum import Spectrum


def wave(cycles, size=48):
    """A cosine along the width, `cycles` per HR pixel, energy 1/2, on a grey of 0.3."""
    x = torch.arange(size, dtype=torch.float64)
    return (0.3 + torch.cos(2 * math.pi * cycles * x)).expand(1, 1, size, size)


def noise(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("cycles", "low"), [(1 / 24, True), (1 / 8, True), (1 / 4, False)])
def test_a_wave_lies_wholly_below_or_above_the_lr_grids_nyquist_frequency(cycles, low):
    below, above = Spectrum.of(wave(cycles), 3).energies()  # Nyquist at 1/6 cycles per HR pixel
    assert below.item() == pytest.approx(0.5 if low else 0.0, abs=1e-12)
    assert above.item() == pytest.approx(0.0 if low else 0.5, abs=1e-12)


@pytest.mark.parametrize("shape", [(31, 44), (32, 45), (31, 45), (32, 44)])
def test_the_two_energies_add_up_to_the_variance_in_float64(shape):
    image = noise(2, 1, *shape)
    below, above = Spectrum.of(image, 2).energies()
    variance = image.double().var(dim=(1, 2, 3), unbiased=False)
    assert torch.allclose(below + above, variance, rtol=1e-13)


def test_a_correlation_of_low_bands_is_that_of_the_pixels_that_they_make():
    a, b = noise(1, 1, 31, 44).double(), noise(2, 1, 31, 44)[1:].double()

    def low_band(image):
        spectrum = torch.fft.fft2(image - image.mean())
        fy, fx = (torch.fft.fftfreq(n).abs() < 1 / 4 for n in image.shape[-2:])
        return torch.fft.ifft2(spectrum * (fy[:, None] & fx)).real

    pixels = torch.stack([low_band(a).flatten(), low_band(b).flatten()])
    found = Spectrum.of(a, 2).low_correlation(Spectrum.of(b, 2))
    assert found.item() == pytest.approx(torch.corrcoef(pixels)[0, 1].item(), rel=1e-10)


def test_low_bands_correlate_whatever_lies_above_them():
    hr = Spectrum.of(wave(1 / 24) + wave(1 / 4), 3)
    assert Spectrum.of(wave(1 / 24), 3).low_correlation(hr).item() == pytest.approx(1)
    assert Spectrum.of(-2 * wave(1 / 24), 3).low_correlation(hr).item() == pytest.approx(-1)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_constant_correlates_with_nothing(level):
    flat = Spectrum.of(torch.full((1, 1, 37, 41), level), 3)
    assert flat.low_correlation(Spectrum.of(noise(1, 1, 37, 41), 3)).item() == 0
