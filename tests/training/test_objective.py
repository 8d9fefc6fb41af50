"""What a step compares: an answer with HR, at each size that a network answers in."""

import pytest
import torch
from torch import nn

from shoal.pictures.resample import downscale, upscale
from shoal.training.objective import Objective


class Doubling(nn.Module):
    """Enlarges by 4 and shows its picture at twice the size."""

    def forward(self, lr):
        return upscale(lr, 4)

    def supervision(self, lr, progress):
        return [(1 - progress, upscale(lr, 2)), (progress, self(lr))]


def test_each_picture_of_a_supervised_network_is_compared_at_its_own_size():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    objective = Objective(Doubling(), nn.MSELoss())
    halfway = (upscale(lr, 2) - downscale(hr, 2)).square().mean()
    end = (upscale(lr, 4) - hr).square().mean()
    for objective.progress in (0.25, torch.tensor(0.25)):  # a captured step reads a tensor
        loss = objective(lr, hr)
        assert loss.item() == pytest.approx((0.75 * halfway + 0.25 * end).item(), rel=1e-6)


def test_any_other_network_is_compared_by_its_answer_alone():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    loss = Objective(nn.Upsample(scale_factor=4), nn.MSELoss())(lr, hr)
    assert torch.equal(loss, nn.functional.mse_loss(nn.Upsample(scale_factor=4)(lr), hr))
