"""What a grid calls its runs."""

from types import SimpleNamespace
from typing import Any

from shoal.grid.naming import labels, titles
from shoal.runs.kind import Kind


def a_run(*overrides: str, seed: int | None = 0, scale: int = 3) -> Any:
    kind = Kind.UNTRAINED if seed is None else Kind.TRAINED
    config = SimpleNamespace(name="eed", seed=seed, scale=scale, kind=kind)
    return SimpleNamespace(overrides=overrides, config=config)


def test_a_label_is_what_is_swept_but_for_seed_and_scale() -> None:
    swept = [
        a_run("model=eed", f"task.optimizer.lr={lr}", "jobs=2", f"seed={seed}")
        for lr in ("1e-3", "1e-4")
        for seed in (0, 1)
    ]
    assert labels(swept) == ["lr=1e-3", "lr=1e-3", "lr=1e-4", "lr=1e-4"]
    assert labels([a_run("model=ees", "jobs=2"), a_run("model=eed", "jobs=2")]) == ["ees", "eed"]
    assert labels([a_run("seed=0"), a_run("seed=1")]) == ["eed", "eed"]


def test_a_title_has_arm_what_it_turns_scale_and_seed() -> None:
    bicubic, wide = a_run("model=bicubic", seed=None), a_run("model=mine", seed=1)
    turned = {"bicubic": {"model": "bicubic"}, "wide": {"model.channels": 64}}
    called = titles([("bicubic", bicubic), ("wide", wide)], turned)
    assert list(called.values()) == ["bicubic", "wide (channels=64), seed 1"]
    alone = {"wide": {"model.shallow": None}}
    assert list(titles([("wide", wide)], alone).values()) == ["wide (shallow=none), seed 1"]
    both = [("wide", wide), ("wide", a_run("model=mine", "scale=2", seed=1, scale=2))]
    assert list(titles(both, turned).values())[1] == "wide (channels=64), x2, seed 1"


def test_a_title_has_the_chosen_name_of_a_group_and_not_all_that_it_holds() -> None:
    run = a_run("model=vdsr", "task=vdsr", "data=t91")
    turned = {"vdsr": {"model": "vdsr", "task": {"loss": {}}, "data": {}, "budget": {"name": "x"}}}
    (title,) = titles([("vdsr", run)], turned).values()
    assert title == "vdsr (task=vdsr, data=t91), seed 0"
