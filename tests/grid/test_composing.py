"""Values set after composing give the config that Hydra composes from all overrides."""

import itertools

import pytest
from hydra.core.config_loader import ConfigLoader
from hydra.errors import ConfigCompositionException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from helpers.composing import loader
from shoal.grid.composing import with_values
from shoal.grid.overrides import split


class Kept:
    """Composes configs and remembers from what."""

    def __init__(self, hydra: ConfigLoader) -> None:
        self.hydra = hydra
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, overrides: tuple[str, ...]) -> DictConfig:
        self.asked.append(overrides)
        return self.hydra.load_configuration("config", list(overrides), RunMode.RUN)


def fields(config: DictConfig) -> object:
    plain = OmegaConf.to_container(config)
    assert isinstance(plain, dict)
    del plain["hydra"]
    return plain


@pytest.mark.parametrize(
    "overrides",
    [
        "model=eed task.optimizer.lr=1e-4 budget.max_steps=100 scale=2 seed=7",
        "task.optimizer.lr=1 task.schedule.warmup=0.5 task=fast force=true",
        "budget.patch_size=32 budget=standard scale=4",  # in place of an interpolation
        "model=eeds_fast model.deep.channels=16 model@model.shallow=bicubic",
        "task.optimizer.lr=-1E+2 data_workers=0 jobs=-0",
        # The last of two counts, whichever of them is a plain number.
        "task.optimizer.lr=1e-3 task.optimizer.lr=1e-4",
        "task.optimizer.lr=1e-3 task.optimizer.lr=fast",
        "task.optimizer.lr=fast task.optimizer.lr=1e-3",
        "task.optimizer.lr=1e-3 task.optimizer={lr:2}",
        "model.deep.units=3 ~model.deep.units",
        "budget.max_steps=007 task.optimizer.lr=.5 seed=1_000 trainer.precision='bf16-mixed'",
        "task.init=plain task.weights=null data.test=[Set5] budget.val_every=${scale}",
        "+model.deep.activation=relu +task.mine=3",
    ],
)
def test_a_config_is_as_hydra_composes_it(overrides: str) -> None:
    words = tuple(overrides.split())
    kept = Kept(loader())
    assert fields(with_values(kept, words)) == fields(kept(words))


def test_configs_that_differ_by_values_alone_are_composed_once() -> None:
    values = itertools.product((1e-3, 0.5, 1), (1, 20_000), ("plain", "silent"))
    early = set()
    for rate, steps, init in values:
        words = f"model=eed task.optimizer.lr={rate} budget.max_steps={steps} task.init={init}"
        early.add(split(words.split())[0])
    assert early == {("model=eed",)}


def test_setting_a_value_leaves_the_kept_config_as_it_was() -> None:
    hydra = Kept(loader())
    cfg = hydra(())
    before = fields(cfg)
    with_values(lambda _: cfg, ["budget.max_steps=7", "seed=9"])
    assert fields(cfg) == before


@pytest.mark.parametrize("name", ["task.optimizer.mu=0.5", "model=7", "bugdet.max_steps=3"])
def test_what_is_no_value_is_left_to_hydra(name: str) -> None:
    kept = Kept(loader())
    with pytest.raises((ConfigCompositionException, ValueError)):
        with_values(kept, ("scale=2", name))
    assert kept.asked[-1] == ("scale=2", name)
