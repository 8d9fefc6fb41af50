"""The two protocols against the literature's scores."""

import numpy as np
import pytest
import torch

from helpers.noise import colours
from shoal.errors import UserError
from shoal.evaluation.protocol import scores, shave
from shoal.evaluation.protocols import PROTOCOLS
from shoal.pictures import colour, images, resample
from shoal.runs.config import PROTOCOL_NAMES

# Bicubic by the classic protocol, PSNR in dB and SSIM, as the literature prints it (for one,
# the tables of SelfExSR and DCSCN).
LITERATURE = {
    "Set5": [(2, 33.66, 0.9299), (3, 30.39, 0.8682), (4, 28.42, 0.8104)],
    "Set14": [(2, 30.24, 0.8688), (3, 27.55, 0.7742), (4, 26.00, 0.7027)],
    "BSD100": [(2, 29.56, 0.8431), (3, 27.21, 0.7385), (4, 25.96, 0.6675)],
}


def bicubic_scores(root, dataset, scale, protocol="classic"):
    found = []
    for path in sorted((root / dataset).iterdir()):
        question = PROTOCOLS[protocol].question(images.read(path).pixels, scale)
        sr = resample.upscale(question.lr, scale)
        found.append(scores(*PROTOCOLS[protocol].pair(sr, question, scale)))
    return np.mean(found, axis=0)


def test_configs_may_name_the_protocols_that_there_are():
    assert list(PROTOCOL_NAMES) == list(PROTOCOLS)


@pytest.mark.data
@pytest.mark.parametrize("dataset", LITERATURE)
def test_bicubic_scores_equal_the_literatures(shoal_data, dataset):
    for scale, psnr, ssim in LITERATURE[dataset]:
        ours = bicubic_scores(shoal_data, dataset, scale)
        assert ours[0] == pytest.approx(psnr, abs=0.015), (dataset, scale)
        assert ours[1] == pytest.approx(ssim, abs=0.0010), (dataset, scale)


@pytest.mark.data
def test_the_rgb_protocol_starts_from_matlabs_own_lr_pictures(shoal_data):
    hr = images.read(shoal_data / "Set5" / "bird.bmp").pixels
    question = PROTOCOLS["rgb"].question(hr, 3)
    matlab = images.read(shoal_data / "matlab_lr" / "Set5" / "x3" / "bird.png").pixels
    assert torch.allclose(question.lr.double() * 255, colour.luma(matlab), atol=1e-4)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_hr_is_cropped_at_the_bottom_and_the_right(protocol):
    pixels = colours(38, 41)
    question = PROTOCOLS[protocol].question(pixels, 4)
    same = PROTOCOLS[protocol].question(pixels[:36, :40], 4)
    assert question.lr.shape == (1, 1, 9, 10)
    assert torch.equal(question.hr, same.hr)
    assert torch.equal(question.lr, same.lr)


def test_classic_rounds_hr_and_sr_but_not_lr():
    question = PROTOCOLS["classic"].question(colours(24, 24), 2)
    assert torch.equal(question.hr, question.hr.round())
    assert not torch.equal(question.lr * 255, (question.lr * 255).round())
    answer = PROTOCOLS["classic"].answer(torch.tensor([[[[-0.1, 0.5, 1.2]]]]), question)
    assert answer.flatten().tolist() == [0, 128, 255]


def test_rgb_scores_a_grey_picture_by_its_own_levels():
    question = PROTOCOLS["rgb"].question(colours(24, 24)[..., 0], 2)
    assert question.chroma is None
    assert torch.equal(question.hr[0, 0], torch.from_numpy(colours(24, 24)[..., 0]).double())


def test_as_many_pixels_as_the_scale_are_shaved_off_each_border():
    marked = torch.zeros(1, 1, 10, 12)
    marked[..., 3:-3, 3:-3] = 1
    assert shave(marked, 3).shape == (1, 1, 4, 6)
    assert shave(marked, 3).min() == 1


def test_a_picture_that_is_all_border_is_refused():
    with pytest.raises(UserError, match="6 x 12 is too small to score at scale 3"):
        shave(torch.zeros(1, 1, 12, 6), 3)
