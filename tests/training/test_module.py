"""The LightningModule: what it compares, and how it clips."""

import pytest
import torch
from torch import nn

from shoal.errors import UserError
from shoal.pictures.resample import downscale, upscale
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.module import SuperResolution
from shoal.training.ranks import Ranks
from shoal.training.tally import Tally


class Doubling(nn.Module):
    """Enlarges by 4 and shows its picture at twice the size."""

    def forward(self, lr):
        return upscale(lr, 4)

    def supervision(self, lr, progress):
        return [(1 - progress, upscale(lr, 2)), (progress, self(lr))]


def task_of(network):
    recipe = (nn.MSELoss(), torch.optim.Adam, lambda *_: None)
    alone = Agreement(Ranks(), Stop())
    return SuperResolution(network, 4, *recipe, 200, theta=None, agreement=alone, tally=Tally())


def test_each_picture_of_a_supervised_network_is_compared_at_its_own_size():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    task = task_of(Doubling())
    halfway = (upscale(lr, 2) - downscale(hr, 2)).square().mean()
    end = (upscale(lr, 4) - hr).square().mean()
    for task.progress in (0.25, torch.tensor(0.25)):  # a captured step reads a tensor
        loss = task.objective(lr, hr)
        assert loss.item() == pytest.approx((0.75 * halfway + 0.25 * end).item(), rel=1e-6)


def test_clipping_by_theta_cuts_gradients_to_theta_over_the_rate():
    network = nn.Conv2d(1, 1, 3)
    task = task_of(network)
    task.theta = 1e-3
    for rate in (0.1, 0.5, torch.tensor(0.1), torch.tensor(0.5)):
        gradient = torch.linspace(-1, 1, 9).view(1, 1, 3, 3)
        network.weight.grad = gradient.clone()
        optimizer = torch.optim.SGD(network.parameters(), 1.0)
        optimizer.param_groups[0]["lr"] = rate  # a tensor while a captured step runs
        task.on_before_optimizer_step(optimizer)
        bound = 1e-3 / float(rate)
        assert torch.allclose(network.weight.grad, gradient.clamp(-bound, bound), rtol=1e-6)
        assert network.weight.grad.abs().max() < 1


def test_any_other_network_is_compared_by_its_answer_alone():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    loss = task_of(nn.Upsample(scale_factor=4)).objective(lr, hr)
    assert torch.equal(loss, nn.functional.mse_loss(nn.Upsample(scale_factor=4)(lr), hr))


class Narrow(nn.Module):
    """Enlarges by 4, but for a column."""

    def forward(self, lr):
        return upscale(lr, 4)[..., 1:]


def test_an_answer_of_another_size_is_refused_and_hr_is_never_made_to_fit():
    lr, hr = torch.rand(2, 1, 5, 4), torch.rand(2, 1, 20, 16)
    task, words = task_of(Narrow()), r"\(2, 1, 20, 15\) where HR is \(2, 1, 20, 16\)"
    with pytest.raises(UserError, match=words):
        task.objective(lr, hr)
    with pytest.raises(UserError, match=words):
        task.validation_step((lr, hr), 0)
