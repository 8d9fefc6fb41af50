"""How networks start."""

import pytest
import torch
from torch import nn

from helpers.networks import MODELS, model, network
from shoal.errors import UserError
from shoal.models.bicubic import Bicubic
from shoal.models.ensemble import Ensemble
from shoal.models.initialise import initialise

ENSEMBLES = [name for name in MODELS if "deep" in model(name, 3)]


def test_interpolating_differs_from_plain_in_upsamplers_alone():
    plain, other = network("eeds"), network("eeds")
    initialise(other, "interpolating")
    changed = [
        name
        for (name, a), b in zip(plain.named_parameters(), other.parameters(), strict=True)
        if not torch.equal(a, b)
    ]
    assert [name.rsplit(".", 1)[0] for name in changed] == [
        *["deep.upsample.1"] * 2,
        *["shallow.upsample.0"] * 2,
    ]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_silent_ensemble_starts_as_its_shallow_network_and_still_learns(name):
    net = network(name)
    initialise(net, "silent")
    lr, hr = torch.rand(2, 1, 12, 12), torch.rand(2, 1, 36, 36)
    assert torch.equal(net(lr), net.shallow(lr))
    descent = torch.optim.SGD(net.parameters(), 1e-2)
    for _ in range(2):
        descent.zero_grad()
        (net(lr) - hr).square().mean().backward()
        descent.step()
    assert all(value.grad.any() for value in net.parameters())


def test_where_nothing_can_be_silenced_the_start_is_refused():
    with pytest.raises(UserError, match=r"^task\.init=silent: .* has no convolution"):
        initialise(Ensemble(Bicubic(3), network("ees")), "silent")


def test_branches_of_other_names_are_not_silenced():
    class Mine(nn.Module):
        def branches(self, lr):
            return {"deep": lr, "shallow": lr}

    with pytest.raises(UserError, match=r"^task\.init=silent: Mine keeps no network called deep"):
        initialise(Mine(), "silent")
