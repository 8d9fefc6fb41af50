"""The LightningModule: what it compares, and how it clips."""

import pytest
import torch
from torch import nn

from shoal.errors import UserError
from shoal.pictures.resample import downscale, upscale
from shoal.training.module import SuperResolution


class Doubling(nn.Module):
    """Enlarges by 4 and shows its picture at twice the size."""

    def forward(self, lr):
        return upscale(lr, 4)

    def supervision(self, lr, progress):
        return [(1 - progress, upscale(lr, 2)), (progress, self(lr))]


def task_of(network):
    recipe = (nn.MSELoss(), torch.optim.Adam, lambda *_: None)
    return SuperResolution(network, 4, *recipe, 200, theta=None, global_loss=lambda loss: loss)


def test_each_picture_of_a_supervised_network_is_compared_at_its_own_size(monkeypatch):
    monkeypatch.setattr(SuperResolution, "global_step", 50)
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    loss = task_of(Doubling()).training_step((lr, hr), 0)
    halfway = (upscale(lr, 2) - downscale(hr, 2)).square().mean()
    end = (upscale(lr, 4) - hr).square().mean()
    assert loss.item() == pytest.approx((0.75 * halfway + 0.25 * end).item(), rel=1e-6)


def test_clipping_by_theta_cuts_gradients_to_theta_over_the_rate():
    network = nn.Conv2d(1, 1, 3)
    task = task_of(network)
    task.theta = 1e-3
    for rate in (0.1, 0.5):
        gradient = torch.linspace(-1, 1, 9).view(1, 1, 3, 3)
        network.weight.grad = gradient.clone()
        task.configure_gradient_clipping(torch.optim.SGD(network.parameters(), rate))
        assert torch.equal(network.weight.grad, gradient.clamp(-1e-3 / rate, 1e-3 / rate))


def test_any_other_network_is_compared_by_its_answer_alone():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    loss = task_of(nn.Upsample(scale_factor=4)).training_step((lr, hr), 0)
    assert torch.equal(loss, nn.functional.mse_loss(nn.Upsample(scale_factor=4)(lr), hr))


class Narrow(nn.Module):
    """Enlarges by 4, but for a column."""

    def forward(self, lr):
        return upscale(lr, 4)[..., 1:]


def test_an_answer_of_another_size_is_refused_and_hr_is_never_made_to_fit():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    for step in ("training_step", "validation_step"):
        with pytest.raises(UserError, match=r"\(2, 1, 20, 15\) where HR is \(2, 1, 20, 16\)"):
            getattr(task_of(Narrow()), step)((lr, hr), 0)
