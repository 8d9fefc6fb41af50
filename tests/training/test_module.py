"""The LightningModule: what it compares, and how it clips."""

import pytest
import torch
from torch import nn

from shoal.errors import UserError
from shoal.pictures.resample import upscale
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.module import SuperResolution
from shoal.training.ranks import Ranks
from shoal.training.tally import Tally


def task_of(network):
    recipe = (nn.MSELoss(), torch.optim.Adam, lambda *_: None)
    alone = Agreement(Ranks(), Stop())
    others = {"theta": None, "agreement": alone, "tally": Tally(), "seed": 0}
    return SuperResolution(network, 4, *recipe, 200, **others)


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
