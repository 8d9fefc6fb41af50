"""PSNR and SSIM against scikit-image's."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from shoal.errors import UserError
from shoal.evaluation import metrics
from shoal.evaluation.means import ImageMean
from shoal.pictures import colour, images, levels


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
    agree(levels.rounded(hr + 3 * torch.sin(hr)), hr)


def test_equal_pictures_have_infinite_psnr_and_ssim_one():
    hr = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 255
    assert metrics.psnr(hr, hr).item() == float("inf")
    assert metrics.ssim(hr, hr).item() == pytest.approx(1)


def test_scores_are_averaged_per_image_and_never_pooled():
    # Noise of 0.01 and 0.05: 28.8 dB where squared errors are pooled, 33.0 dB per image.
    hr = torch.zeros(2, 1, 32, 32, dtype=torch.float64)
    sr = hr + torch.tensor([2.55, 12.75], dtype=torch.float64).view(2, 1, 1, 1)
    mean = ImageMean()
    mean.update(metrics.psnr(sr[:1], hr[:1]))
    mean.update(metrics.psnr(sr[1:], hr[1:]))
    assert mean.compute().item() == pytest.approx((40 + 20 * np.log10(20)) / 2, abs=1e-9)


def test_a_mean_that_has_no_image_yet_is_summed_over_ranks_as_any_other():
    empty, full = ImageMean().to("cpu"), ImageMean().to("cpu")
    full.update(torch.tensor([30.0]))
    for kind in ("mean_value", "weight"):
        assert getattr(empty, kind).dtype == getattr(full, kind).dtype == torch.float64


def test_a_mean_over_images_is_the_float64_sum_by_the_count_to_the_last_bit():
    mean = ImageMean().to("cpu")  # as a trainer does
    for seed in range(20):
        scores = 30 + torch.rand(99, 3, generator=torch.Generator().manual_seed(seed)).double()
        total = torch.zeros((), dtype=torch.float64)
        for batch in scores:
            mean.update(batch)
            total += batch.sum()
        assert mean.compute().dtype == torch.float64
        assert mean.compute().item() == total.item() / scores.numel()
        mean.reset()


@pytest.mark.parametrize("score", [float("inf"), float("nan")])
def test_a_score_that_is_no_finite_number_is_not_left_out_of_the_mean(score):
    mean = ImageMean()
    mean.update(torch.tensor([30.0, score], dtype=torch.float64))
    assert str(mean.compute().item()) == str(score)


def test_a_picture_smaller_than_the_window_is_refused_with_its_size():
    with pytest.raises(UserError, match="11 x 11 pixels, not 12 x 10"):
        metrics.ssim(torch.zeros(1, 1, 10, 12), torch.zeros(1, 1, 10, 12))
