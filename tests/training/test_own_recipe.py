"""Optimisers, schedules and losses of one's own, and PyTorch's: trained with, or refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.training.run import train

SOURCE = '''
import torch
from torch import nn
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import LambdaLR

class Deaf(SGD):
    """Never calls its closure."""
    def step(self, closure=None):
        return super().step()

class Closed(SGD):
    """Doesn't even take one."""
    def step(self):
        return super().step()

class Usual(SGD):
    """As most optimisers of others begin."""
    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        super().step()
        return loss

class Broken(SGD):
    def step(self, closure=None):
        raise RuntimeError("call train() first")

def poly(optimizer, max_steps, power=2.0):
    return LambdaLR(optimizer, lambda step: (1 - step / max_steps) ** power)

def named_otherwise(optimizer, total_steps):
    return LambdaLR(optimizer, lambda step: 1 - step / total_steps)

def factor(optimizer, max_steps):
    return 0.5

class Learned(nn.Module):
    def __init__(self, frozen=False):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(()), requires_grad=not frozen)
        self.scale = nn.Parameter(torch.ones(()), requires_grad=not frozen)
    def forward(self, sr, hr):
        return (sr - hr).square().mean() * self.scale + self.shift
'''
SGD = ("task.optimizer._target_=torch.optim.SGD", "task.optimizer.lr=0.01")
STEPS = "${budget.max_steps}"


@pytest.fixture
def own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: Callable[..., RunConfig]
) -> Callable[..., RunConfig]:
    (tmp_path / "own_recipe.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return short


def schedule(target: str, *arguments: str) -> tuple[str, ...]:
    """Overrides that put a schedule in place of the recipe's."""
    name = f"task.schedule._target_={target}"
    return name, "~task.schedule.warmup", *(f"+task.schedule.{each}" for each in arguments)


@pytest.mark.parametrize("name", ["Deaf", "Closed", "Usual"])
def test_an_optimiser_trains_alike_whether_or_not_it_calls_its_closure(
    own: Callable[..., RunConfig], name: str
) -> None:
    recipe = (*SGD, *schedule("own_recipe.poly"))
    plain = train(own(*recipe), "")
    other = train(own(*recipe, f"task.optimizer._target_=own_recipe.{name}"), "")
    assert other.path != plain.path
    network = [folder.rows("scores.csv") for folder in (plain, other)]
    assert network[0] == network[1]
    assert [row["lr"] for row in plain.rows("curve.csv")] == [
        row["lr"] for row in other.rows("curve.csv")
    ]


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("own_recipe.poly", ["power=3.0"]),
        ("torch.optim.lr_scheduler.StepLR", ["step_size=1"]),
        ("torch.optim.lr_scheduler.CosineAnnealingLR", [f"T_max={STEPS}"]),
        ("torch.optim.lr_scheduler.OneCycleLR", [f"total_steps={STEPS}", "max_lr=0.01"]),
    ],
)
def test_a_schedule_by_steps_follows_them_whoever_wrote_it(
    own: Callable[..., RunConfig], target: str, arguments: list[str]
) -> None:
    rates = [row["lr"] for row in train(own(*schedule(target, *arguments)), "").rows("curve.csv")]
    assert len(set(rates)) == 3  # of a curve with three rows


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (
            schedule("own_recipe.named_otherwise"),
            "own_recipe.named_otherwise is missing a required argument: 'total_steps': set it",
        ),
        (schedule("own_recipe.factor"), "task.schedule: own_recipe.factor makes a float: return"),
        (
            schedule("torch.optim.lr_scheduler.ReduceLROnPlateau"),
            "task.schedule: ReduceLROnPlateau follows a score",
        ),
        (
            (
                *schedule("torch.optim.lr_scheduler.StepLR", "step_size=1"),
                "~task.schedule._partial_",
            ),
            "'optimizer': set _partial_: true",
        ),
        (
            ("task.optimizer._target_=own_recipe.Broken",),
            "task.optimizer: own_recipe.Broken can't step (RuntimeError: call train() first)",
        ),
        (
            ("task.loss._target_=own_recipe.Learned",),
            "Learned has parameters that no step would train (shift and 1 more): freeze them",
        ),
    ],
)
def test_what_would_not_train_as_it_says_is_refused_in_a_line(
    own: Callable[..., RunConfig], tmp_path: Path, overrides: tuple[str, ...], says: str
) -> None:
    with pytest.raises(UserError) as refused:
        train(own(*overrides), "")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "runs").exists()


def test_a_loss_whose_parameters_are_frozen_is_taken(own: Callable[..., RunConfig]) -> None:
    config = own("task.loss._target_=own_recipe.Learned", "+task.loss.frozen=true")
    assert train(config, "").finished
