"""PSNR and SSIM against scikit-image's."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from shoal.errors import UserError
from shoal.evaluation import metrics
from shoal.pictures import colour, images


def reference(sr, hr):
    """scikit-image with the arguments that match the literature."""
    a, b = sr[0, 0].numpy(), hr[0, 0].numpy()
    _, full = structural_similarity(
        a,
        b,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    return peak_signal_noise_ratio(b, a, data_range=255), full[5:-5, 5:-5].mean()


def pairs():
    random = np.random.default_rng(0)
    for height, width in ((11, 11), (40, 31), (96, 128)):
        hr = torch.from_numpy(random.uniform(0, 255, (1, 1, height, width)))
        yield (hr + torch.from_numpy(random.normal(0, 9, hr.shape))).clamp(0, 255), hr


def agree(sr, hr):
    psnr, ssim = reference(sr, hr)
    assert metrics.psnr(sr, hr).item() == pytest.approx(psnr, abs=1e-9)
    assert metrics.ssim(sr, hr).item() == pytest.approx(ssim, abs=1e-9)


def test_scores_agree_with_scikit_image_on_random_pictures():
    for sr, hr in pairs():
        agree(sr, hr)


@pytest.mark.data
@pytest.mark.parametrize("name", ["baby", "butterfly"])
def test_scores_agree_with_scikit_image_on_real_pictures(shoal_data, name):
    hr = colour.luma(images.read(shoal_data / "Set5" / f"{name}.bmp").pixels)
    agree(colour.rounded(hr + 3 * torch.sin(hr)), hr)


def test_equal_pictures_have_infinite_psnr_and_ssim_one():
    hr = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 255
    assert metrics.psnr(hr, hr).item() == float("inf")
    assert metrics.ssim(hr, hr).item() == pytest.approx(1)


def test_scores_are_averaged_per_image_and_never_pooled():
    # Noise of 0.01 and 0.05: 28.8 dB where squared errors are pooled, 33.0 dB per image.
    hr = torch.zeros(2, 1, 32, 32, dtype=torch.float64)
    sr = hr + torch.tensor([2.55, 12.75], dtype=torch.float64).view(2, 1, 1, 1)
    psnr = metrics.PSNR()
    psnr.update(sr[:1], hr[:1])
    psnr.update(sr[1:], hr[1:])
    assert psnr.compute().item() == pytest.approx((40 + 20 * np.log10(20)) / 2, abs=1e-9)


def test_a_picture_smaller_than_the_window_is_refused_with_its_size():
    with pytest.raises(UserError, match="11 x 11 pixels, not 12 x 10"):
        metrics.ssim(torch.zeros(1, 1, 10, 12), torch.zeros(1, 1, 10, 12))
