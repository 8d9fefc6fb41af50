"""What every network of `conf/model` keeps to: size, gradients, alignment, branches."""

import pytest
import torch

from helpers.networks import MODELS, TRAINED, network, symmetric
from shoal.errors import UserError
from shoal.models.blocks import GREY, MultiScale
from shoal.models.initialise import initialise
from shoal.models.upsampler_by_name import build
from shoal.pictures.resample import upscale


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("scale", [2, 3, 5])
def test_the_output_is_exactly_scale_times_the_input(name, scale):
    net = network(name, scale)
    for height, width in ((1, 1), (1, 7), (5, 2), (6, 9)):
        sr = net(torch.rand(2, 1, height, width))
        assert sr.shape == (2, 1, scale * height, scale * width)
        assert torch.isfinite(sr).all()


@pytest.mark.parametrize("name", TRAINED)
def test_every_parameter_gets_a_gradient(name):
    net = network(name)
    x = torch.rand(4, 1, 9, 7, generator=torch.Generator().manual_seed(0))
    net(x).square().mean().backward()
    without = [
        n for n, p in net.named_parameters() if p.grad is None or not p.grad.isfinite().all()
    ]
    assert without == []


@pytest.mark.parametrize("name", ["eeds", "dscnn", "eeds_fast"])
def test_the_branches_of_an_ensemble_add_up_to_its_answer(name):
    net, lr = network(name), torch.rand(1, 1, 6, 5)
    branches = net.branches(lr)
    assert set(branches) == {"deep", "shallow"}
    assert torch.equal(branches["deep"] + branches["shallow"], net(lr))
    assert torch.equal(branches["shallow"], net.shallow(lr))
    assert torch.equal(branches["deep"], net.deep(lr) - GREY)


def test_the_shallow_partner_is_a_matter_of_composition():
    net = network("eeds", 3, "model@model.shallow=bicubic")
    lr = torch.rand(1, 1, 6, 5)
    assert torch.equal(net.branches(lr)["shallow"], upscale(lr, 3))


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_networks_with_symmetric_kernels_commute_with_flips(name, scale):
    net = symmetric(network(name, scale)).double()
    x = torch.rand(1, 1, 7, 6, generator=torch.Generator().manual_seed(0)).double()
    assert torch.allclose(net(x.flip(-1)), net(x).flip(-1), atol=1e-9)


def test_unknown_words_are_refused_with_the_choices():
    with pytest.raises(UserError, match="deconvolution, unpooling, subpixel, nearest"):
        build("bilinear", 1, 1, 2)
    with pytest.raises(UserError, match="plain, interpolating, silent"):
        initialise(network("ees"), "zero")
    with pytest.raises(UserError, match="3 kernels cannot share 64 channels"):
        MultiScale(16, 64, (1, 3, 5))
