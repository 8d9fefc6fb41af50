"""Two configs have different ids, or the same deciding facts, and then the same weights."""

import hashlib
import sys
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.composing import configured
from shoal.runs.config import RunConfig
from shoal.runs.groups import Node
from shoal.runs.identity import Content, run_id
from shoal.runs.run import Run
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.devices import quiet
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients
from shoal.training.ranks import Ranks

MODELS = ("ees", "eed", "srcnn")
TASKS = ("task=default", "task/loss=l1", "task/optimizer=sgd", "task/ema=decay", "task=fast")
BUDGETS = ("smoke", "quick")
SHOW: tuple[Node, ...] = ({}, {"devices": 4, "strategy": "ddp"}, {"accelerator": "cpu"})
BITS: tuple[Node, ...] = ({}, {"deterministic": False}, {"benchmark": True}, {"plugins": ["x"]})


@dataclass(frozen=True)
class Drawn:
    """A choice of everything that identity knows; all but `show` decides."""

    model: str
    scale: int
    seed: int
    task: str
    budget: str
    steps: int
    precision: str
    bits: int
    train: str
    order: str | None
    val: str | None
    code: tuple[tuple[str, str], ...]

    def id(self, show: int) -> str:
        config = part(f"model={self.model}", f"scale={self.scale}")
        recipe, budget = part(self.task).task, part(f"budget={self.budget}").budget
        trainer = config.trainer | BITS[self.bits] | SHOW[show] | {"precision": self.precision}
        config = replace(
            config,
            seed=self.seed,
            task=recipe,
            budget=replace(budget, max_steps=self.steps, patch_size=12),
            trainer=trainer,
            protocol=("classic", "rgb", "classic")[show],
            paths=replace(config.paths, runs=Path(f"runs{show}")),
        )
        return run_id(config, Content(self.train, self.order, self.val, dict(self.code)))


@cache
def part(*overrides: str) -> RunConfig:
    return configured(*overrides)


DIGESTS = st.sampled_from(["a", "b"])
MODULES = st.dictionaries(st.sampled_from(["mine", "nets.act"]), DIGESTS, max_size=2)
ANY = st.builds(
    Drawn,
    model=st.sampled_from(MODELS),
    scale=st.sampled_from([2, 3]),
    seed=st.integers(0, 3),
    task=st.sampled_from(TASKS),
    budget=st.sampled_from(BUDGETS),
    steps=st.integers(1, 3),
    precision=st.sampled_from(["32-true", "bf16-mixed"]),
    bits=st.integers(0, len(BITS) - 1),
    train=DIGESTS,
    order=st.none() | DIGESTS,
    val=st.none() | DIGESTS,
    code=MODULES.map(lambda found: tuple(sorted(found.items()))),
)
FIELDS = st.sampled_from(sorted(Drawn.__dataclass_fields__))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Drawn, Drawn]:
    """Two choices that differ in few fields: those that differ in many would hide a missing one."""
    one, other = draw(ANY), draw(ANY)
    changes: dict[str, Any] = {name: getattr(other, name) for name in draw(st.sets(FIELDS))}
    return one, replace(one, **changes)


@settings(max_examples=300)
@given(pairs(), st.integers(0, 2), st.integers(0, 2))
def test_two_configs_have_equal_deciding_facts_or_different_ids(
    pair: tuple[Drawn, Drawn], show: int, other_show: int
) -> None:
    one, other = pair
    assert (one.id(show) == other.id(other_show)) == (one == other)


def photos(folder: Path, seeds: dict[str, int]) -> str:
    folder.mkdir(parents=True)
    for name, seed in seeds.items():
        pixels = torch.randint(0, 256, (30, 36), generator=torch.Generator().manual_seed(seed))
        Image.fromarray(pixels.to(torch.uint8).numpy()).save(folder / f"{name}.png")
    return str(folder)


def trained(config: RunConfig) -> tuple[str, str]:
    """A run's id, and the digest of the weights that it comes to."""
    run = Run.of(config)
    run.folder.create()
    made_of = Ingredients.of(run)
    quiet()
    network = fit(run, made_of, [], Agreement(Ranks(), Stop()), None).network
    state = b"".join(value.numpy().tobytes() for value in network.state_dict().values())
    return run.folder.id, hashlib.sha256(state).hexdigest()


MINE = """
from torch import nn
class Mine(nn.Sequential):
    def __init__(self, scale):
        super().__init__(nn.Conv2d(1, scale**2, {}, padding="same"), nn.PixelShuffle(scale))
"""


def test_runs_have_equal_weights_or_different_ids(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = photos(tmp_path / "1" / "photos", {"a": 1, "b": 2, "c": 3})
    swapped = photos(tmp_path / "2" / "photos", {"a": 3, "b": 1, "c": 2})
    val = photos(tmp_path / "val", {"v": 9})
    base = configured(
        *("model=ees", "scale=2", "budget=smoke", "logger=none", "trainer=cpu"),
        *("budget.max_steps=4", "budget.val_every=4", "budget.patch_size=12"),
        *("data=folder", f"data.train={first}", f"paths.cache={cache}"),
    )
    mine = replace(base, name="mine", model={"_target_": "mine.Mine", "scale": 2})
    variants = {
        "base": base,
        "again": base,
        "swapped": replace(base, data=replace(base.data, train=swapped)),
        "val": replace(base, data=replace(base.data, val=val)),
        "workers": replace(base, data_workers=1),
        "auto": replace(base, trainer=base.trainer | {"accelerator": "auto"}),
        "seed": replace(base, seed=1),
        "steps": replace(base, budget=replace(base.budget, max_steps=3)),
        "3": mine,
        "5": mine,
    }
    monkeypatch.syspath_prepend(str(tmp_path))
    found = {}
    for name, config in variants.items():
        (tmp_path / "mine.py").write_text(MINE.format(name if name.isdigit() else 3))
        monkeypatch.delitem(sys.modules, "mine", raising=False)
        paths = replace(config.paths, runs=tmp_path / "runs" / name)
        found[name] = trained(replace(config, paths=paths))
    for (one, weights), (other, other_weights) in combinations(found.values(), 2):
        assert one != other or weights == other_weights
    assert len({found[name] for name in ("base", "again", "swapped", "workers")}) == 1
    assert len({identity for identity, _ in found.values()}) == 6
