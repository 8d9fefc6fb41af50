"""Muon: PyTorch's own for matrices, Adam for the rest, and what a kernel's update is."""

import pytest
import torch
from torch import Tensor, nn

from helpers.composing import configured
from helpers.networks import network
from shoal.errors import UserError
from shoal.training.muon import Muon, orthogonal
from shoal.training.recipe import Recipe


def gradients(*shape: int, count: int = 5) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator) for _ in range(count)]


def moved(make: type[torch.optim.Optimizer], shape: tuple[int, ...], **values: object) -> Tensor:
    value = nn.Parameter(torch.zeros(shape))
    optimizer = make([value], **values)  # type: ignore[arg-type]
    for each in gradients(*shape):
        value.grad = each.view(shape).clone()
        optimizer.step()
    return value.detach()


@pytest.mark.parametrize("shape", [(8, 30), (30, 8), (8, 8), (1, 16)])
def test_matrices_move_as_by_pytorchs_muon(shape: tuple[int, int]) -> None:
    theirs = moved(torch.optim.Muon, shape, lr=0.1, weight_decay=0, adjust_lr_fn="match_rms_adamw")
    ours = moved(Muon, shape, lr=0.1)
    assert (ours - theirs).norm() < 0.02 * theirs.norm()  # theirs iterates in bfloat16


def test_a_kernel_moves_as_the_matrix_of_its_rows() -> None:
    kernel = moved(Muon, (6, 4, 3, 3), lr=0.1)
    torch.testing.assert_close(kernel.flatten(1), moved(Muon, (6, 36), lr=0.1))


@pytest.mark.parametrize("capturable", [False, True])
def test_biases_and_slopes_move_as_by_adam(capturable: bool) -> None:
    ours = moved(Muon, (7,), lr=0.1, capturable=capturable)
    torch.testing.assert_close(ours, moved(torch.optim.Adam, (7,), lr=0.1))


def test_kernels_of_one_shape_do_not_influence_each_other() -> None:
    alone = moved(Muon, (4, 2, 3, 3), lr=0.1)
    pair = [nn.Parameter(torch.zeros(4, 2, 3, 3)) for _ in range(2)]
    optimizer = Muon(pair, lr=0.1)
    for each in gradients(4, 2, 3, 3):
        pair[0].grad, pair[1].grad = each.clone(), torch.ones_like(each)
        optimizer.step()
    torch.testing.assert_close(pair[0].detach(), alone)


def test_an_orthogonal_matrix_keeps_its_singular_vectors() -> None:
    (matrix,) = gradients(1, 12, 40, count=1)
    u, values, v = torch.linalg.svd(matrix[0], full_matrices=False)
    assert values.min() > 0.1 * values.max()
    brought = u.T @ orthogonal(matrix)[0] @ v.T
    assert brought.diagonal().min() > 0.6
    assert brought.diagonal().max() < 1.3
    assert (brought - brought.diagonal().diag()).abs().max() < 1e-4


def test_a_state_that_was_saved_goes_on_the_same_way() -> None:
    def run(stop: int | None) -> Tensor:
        values = [nn.Parameter(torch.zeros(4, 2, 3, 3)), nn.Parameter(torch.zeros(4))]
        optimizer = Muon(values, lr=0.1)
        for number, each in enumerate(gradients(4, 2, 3, 3)):
            if number == stop:
                state = optimizer.state_dict()
                optimizer = Muon(values, lr=0.5)
                optimizer.load_state_dict(state)
            values[0].grad, values[1].grad = each.clone(), each[:, 0, 0, 0].clone()
            optimizer.step()
        return torch.cat([each.detach().flatten() for each in values])

    assert torch.equal(run(None), run(2))


@pytest.mark.parametrize("name", ["eeds_fast", "vdsr", "drcn", "lapsrn"])
def test_the_group_moves_every_parameter_of_a_network(name: str) -> None:
    net = network(name, 2)
    recipe = Recipe.of(configured(f"model={name}", "task/optimizer=muon", "scale=2"), net)
    optimizer = recipe.optimizer(net.parameters())
    before = [each.detach().clone() for each in net.parameters()]
    for each in net.parameters():
        each.grad = torch.randn_like(each)
    assert optimizer.step(lambda: 7.0) == 7.0
    assert not any(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))


@pytest.mark.parametrize("value", ["momentum=1", "lr=-1e-3", "betas=[0.9,1]"])
def test_a_value_that_no_optimiser_could_have_is_named(value: str) -> None:
    words = ("model=eeds_fast", "task/optimizer=muon", f"++task.optimizer.{value}", "scale=2")
    with pytest.raises(UserError, match=value.partition("=")[0]):
        Recipe.of(configured(*words), network("eeds_fast", 2))
