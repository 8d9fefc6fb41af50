"""Rates of single layers, and recipes of single systems."""

from dataclasses import replace

import pytest
import torch

from helpers.composing import configured, options
from helpers.networks import MODELS, network
from shoal.errors import UserError
from shoal.pictures.resample import resize
from shoal.runs.identity import Content, run_id
from shoal.runs.task import rate_factors
from shoal.training.clipping import clip_by_rate
from shoal.training.layer_rates import layered
from shoal.training.recipe import Recipe

SYSTEMS = [name for name in options("task") if name in MODELS]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_systems_own_recipe_fits_its_network(name: str) -> None:
    config = configured(f"model={name}", f"task={name}", "budget=long", "scale=2")
    net = network(name, 2)
    recipe = Recipe.of(config, net)
    groups = recipe.optimizer(net.parameters()).param_groups
    assert sum(len(group["params"]) for group in groups) == len(list(net.parameters()))
    assert groups[0]["lr"] == config.task.optimizer["lr"]


def test_srcnns_last_layer_and_all_biases_learn_ten_times_slower() -> None:
    net = network("srcnn", 2)
    optimizer = Recipe.of(configured("model=srcnn", "task=srcnn", "scale=2"), net).optimizer(
        net.parameters()
    )
    rates = {id(each): g["lr"] for g in optimizer.param_groups for each in g["params"]}
    slow = {name for name, value in net.named_parameters() if rates[id(value)] < 1e-3}
    assert slow == {"layers.0.0.bias", "layers.1.0.bias", "layers.2.weight", "layers.2.bias"}
    assert sorted(set(rates.values())) == pytest.approx([1e-4, 1e-3])


def test_a_recipes_batches_and_length_are_those_of_the_long_budget_and_of_no_other() -> None:
    long = configured("model=vdsr", "task=vdsr", "budget=long", "scale=3").budget
    assert (long.batch_size, long.patch_size, long.max_steps) == (64, 42, 200000)
    assert configured("task=vdsr", "budget=smoke").budget == configured("budget=smoke").budget


def test_runs_without_what_is_new_in_recipes_are_called_as_ever() -> None:
    content = Content("d" * 64)
    plain = configured("budget=smoke").task.deciding()
    assert "layer_rates" not in plain
    assert plain["clip"] == {"theta": None}
    config = configured("budget=smoke")
    tasks = (
        config.task,
        replace(config.task, clip=replace(config.task.clip, by="norm")),
        replace(config.task, layer_rates={"*.bias": 0.1}),
    )
    assert len({run_id(replace(config, task=task), content) for task in tasks}) == 3


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({"*.bia": 0.1}, r"has \*\.bia, no parameter of .*weight, .*bias"),
        ({"*": 0.1}, "change all rates"),
    ],
)
def test_rates_of_no_layer_or_of_all_are_refused(factors: dict[str, float], words: str) -> None:
    with pytest.raises(UserError, match=words):
        layered(torch.optim.SGD, torch.nn.Linear(2, 2), factors, 0.1)


@pytest.mark.parametrize("value", [3, ["a"], {1: 2}, {"*.bias": "fast"}, {"*": -1}])
def test_factors_that_are_none_are_refused_with_their_value(value: object) -> None:
    with pytest.raises(UserError, match=r"task\.layer_rates(\.\*.*)?=.*(patterns|a number)"):
        rate_factors("task.layer_rates", value)


def test_by_norm_all_gradients_together_are_kept_within_theta_over_the_rate() -> None:
    first, second = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    for rate in (0.1, torch.tensor(0.1)):
        first.grad, second.grad = torch.tensor([3.0]), torch.tensor([4.0])
        clip_by_rate([first, second], 0.1, rate, "norm")
        assert (first.grad.item(), second.grad.item()) == pytest.approx((0.6, 0.8))
        clip_by_rate([first, second], 1.0, rate, "norm")  # short enough
        assert (first.grad.item(), second.grad.item()) == pytest.approx((0.6, 0.8))


def trained(name: str, steps: int) -> list[float]:
    """The losses of a network's own recipe on two patches, the same at each step."""
    config, net = configured(f"model={name}", f"task={name}", "scale=2"), network(name, 2)
    recipe = Recipe.of(config, net)
    optimizer = recipe.optimizer(net.parameters())
    torch.manual_seed(1)
    hr = resize(torch.rand(2, 1, 12, 12), 24, 24)
    lr, losses = resize(hr, 12, 12), []
    for _ in range(steps):
        loss = recipe.loss(net(lr), hr)
        optimizer.zero_grad()
        loss.backward()
        if config.task.clip.theta is not None:
            rate = optimizer.param_groups[0]["lr"]
            clip_by_rate(net.parameters(), config.task.clip.theta, rate, config.task.clip.by)
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_under_its_own_recipe_a_network_learns(name: str) -> None:
    losses = trained(name, 12 if name in ("drcn", "srdensenet") else 60)
    assert min(losses[-5:]) < losses[0]
