"""What the networks of other papers are known for."""

import pytest
import torch

from helpers.networks import network
from shoal.models.blocks import GREY
from shoal.models.scn import unit
from shoal.pictures.resample import resize


def test_every_level_of_lapsrn_is_supervised_at_its_own_size():
    net, lr = network("lapsrn", 8), torch.rand(1, 1, 5, 4)
    judged = net.supervision(lr, 0.3)
    assert [tuple(picture.shape[-2:]) for _, picture in judged] == [(10, 8), (20, 16), (40, 32)]
    assert [weight for weight, _ in judged] == [1 / 3] * 3
    assert torch.equal(judged[-1][1], net(lr))


def test_lapsrn_goes_beyond_x3_and_shrinks():
    net, lr = network("lapsrn", 3), torch.rand(1, 1, 5, 4)
    beyond = network("lapsrn", 4)
    beyond.load_state_dict(net.state_dict())
    assert torch.equal(net(lr), resize(beyond(lr), 15, 12))


def test_drcn_answers_the_weighted_sum_of_its_recursions_and_learns_from_each():
    net, lr = network("drcn", 2), torch.rand(1, 1, 5, 4)
    with torch.no_grad():
        net.shares.copy_(torch.linspace(0, 0.2, 16))
        judged = net.supervision(lr, 0.25)
        each, answer = [picture for _, picture in judged[:-1]], judged[-1]
        summed = sum(s * (p - GREY) for s, p in zip(net.shares, each, strict=True)) + GREY
        assert torch.allclose(net(lr), summed, atol=1e-6)
    assert [weight for weight, _ in judged[:-1]] == [pytest.approx(0.75 / 16)] * 16
    assert answer[0] == 0.25
    assert torch.equal(answer[1], net(lr))


def test_scn_answers_in_proportion_to_the_contrast():
    net, lr = network("scn", 2).double(), torch.rand(1, 1, 6, 5).double() - 0.5
    once, twice = (net(GREY + factor * lr) - GREY for factor in (0.5, 1.0))
    assert torch.allclose(twice, 2 * once, atol=1e-6)


def test_the_sparse_code_solves_the_sparse_coding_of_its_dictionary():
    net = network("scn", 2, "model.stages=2000").double()
    features = unit(torch.randn(1, 100, 1, 1, generator=torch.Generator().manual_seed(0)).double())
    code = net.code(features)[0, :, 0, 0]
    step = net.threshold[0].item() / 0.1
    dictionary = net.encode.weight[:, :, 0, 0].T / step
    # where an atom is used, its correlation with the rest is lambda; elsewhere it is below
    slope = dictionary.T @ (features[0, :, 0, 0] - dictionary @ code)
    assert 0 < (code != 0).sum() < 128
    assert torch.allclose(slope[code != 0], 0.1 * code[code != 0].sign(), atol=1e-4)
    assert slope[code == 0].abs().max() < 0.1 + 1e-4
