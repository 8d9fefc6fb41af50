"""The lasso, dictionaries, and ScSR."""

import torch
import torch.nn.functional as F

from shoal.models.classical.lasso import codes, learned


def dictionary(count: int, size: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return F.normalize(torch.randn(count, size, generator=generator), dim=1)


def test_a_mixture_of_two_atoms_is_coded_by_those_two():
    atoms = dictionary(20, 30)
    signal = 0.8 * atoms[3] - 0.6 * atoms[11]
    code = codes(signal[None], atoms, penalty=0.01, steps=300)[0]
    assert code.abs().topk(2).indices.sort().values.tolist() == [3, 11]
    torch.testing.assert_close(code[[3, 11]], torch.tensor([0.8, -0.6]), rtol=0, atol=0.03)
    assert code.abs().sum() - code[[3, 11]].abs().sum() < 0.03


def test_codes_satisfy_the_optimality_conditions_of_the_lasso():
    atoms, penalty = dictionary(25, 12), 0.1
    signals = dictionary(6, 12)
    code = codes(signals, atoms, penalty, steps=2000)
    slope = (signals - code @ atoms) @ atoms.T
    assert slope.abs().max() < penalty + 1e-3
    used = code != 0
    torch.testing.assert_close(slope[used], penalty * code[used].sign(), rtol=0, atol=1e-3)


def test_a_penalty_above_every_product_leaves_nothing():
    atoms = dictionary(8, 12)
    assert not codes(dictionary(5, 12), atoms, penalty=1.1, steps=20).any()


def test_learned_atoms_are_those_that_signals_were_made_of():
    generator = torch.Generator().manual_seed(1)
    truth = dictionary(8, 16)
    which = torch.stack([torch.randperm(8, generator=generator)[:2] for _ in range(600)])
    weights = torch.rand(600, 2, generator=generator) + 0.5
    signals = F.normalize((weights[..., None] * truth[which]).sum(dim=1), dim=1)
    told: list[int] = []
    atoms = learned(signals, 12, 0.1, 15, 60, generator, lambda done, total: told.append(done))
    assert ((atoms @ truth.T).amax(dim=0) > 0.97).all()
    assert told == list(range(1, 16))
