"""Arms are compared fairly: whatever differs beside the factors is refused by its key."""

import pytest
from hydra.core.config_loader import ConfigLoader

from helpers.plans import master
from hydra_plugins.shoal_launcher.sweeper import ShoalSweeper
from shoal.errors import UserError
from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment
from shoal.grid.fairness import require_fair


def doctored(loader: ConfigLoader, arms: dict[str, list[str]], *factors: str) -> None:
    made_up = Experiment("doctored", "?", factors, {name: tuple(arms[name]) for name in arms})
    config = master(loader)
    require_fair(made_up, {name: compose(loader, config, arms[name]) for name in arms})


def test_arms_that_differ_in_more_than_the_factor_are_refused_by_the_keys(
    loader: ConfigLoader,
) -> None:
    arms = {"two": ["model=eed"], "three": ["model=eed", "model.units=3"]}
    doctored(loader, arms, "model.units")
    arms["three"] += ["task.optimizer.lr=0.1", "budget.batch_size=5"]
    with pytest.raises(UserError, match=r"two and three differ in task\.optimizer\.lr, budget"):
        doctored(loader, arms, "model.units")


def test_an_expensive_arm_may_be_validated_less_often_but_not_trained_for_less(
    loader: ConfigLoader,
) -> None:
    arms = {"two": ["model=eed"], "three": ["model=eed", "model.units=3", "budget.val_every=720"]}
    doctored(loader, arms, "model.units")
    arms["three"] += ["budget.max_steps=720"]
    with pytest.raises(UserError, match=r"two and three differ in budget\.max_steps"):
        doctored(loader, arms, "model.units")


def test_a_partner_that_hides_a_change_of_the_deep_network_is_refused(loader: ConfigLoader) -> None:
    arms = {"eed": ["model=eed"], "eeds": ["model=eeds", "model.deep.units=3"]}
    with pytest.raises(UserError, match=r"eed and eeds differ in model\.deep\.units"):
        doctored(loader, arms, "model.shallow")


def test_bicubic_may_differ_by_being_bicubic_alone(loader: ConfigLoader) -> None:
    arms = {"bicubic": ["model=bicubic", "data=t91"], "eed": ["model=eed"], "ees": ["model=ees"]}
    with pytest.raises(UserError, match=r"eed and bicubic differ in data\.name"):
        doctored(loader, arms, "model")


def test_arms_that_are_one_run_or_turn_nothing_are_refused(loader: ConfigLoader) -> None:
    twins = {"a": ["model=eed"], "b": ["model=eed", "model.units=2"], "c": ["model=ees"]}
    with pytest.raises(UserError, match="a and b are one run"):
        doctored(loader, twins, "model")
    with pytest.raises(
        UserError, match=r"don't turn task\.init: leave it out, 'experiment\.factors=\[model\]'"
    ):
        doctored(loader, {"a": ["model=eed"], "b": ["model=ees"]}, "model", "task.init")


def test_one_network_may_be_compared_with_bicubic_and_none_with_nothing(
    loader: ConfigLoader,
) -> None:
    doctored(loader, {"bicubic": ["model=bicubic"], "ees": ["model=ees"]}, "model")
    with pytest.raises(UserError, match="its arms don't turn model: add one that does"):
        doctored(loader, {"ees": ["model=ees"]}, "model")


def test_a_sweep_over_nothing_is_refused(loader: ConfigLoader) -> None:
    sweeper = ShoalSweeper({})
    sweeper.loader = loader
    with pytest.raises(UserError, match=r"seed=range\(0\) has no value: give one, seed=VALUE"):
        sweeper._combinations(["model=ees", "seed=range(0)"])
