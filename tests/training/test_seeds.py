"""First weights and the order of patches, each with a seed of its own."""

from collections.abc import Callable

import pytest
import torch

from shoal.runs.config import RunConfig
from shoal.runs.run import Run
from shoal.training.ingredients import build_network, open_pictures


def start(config: RunConfig) -> tuple[torch.Tensor, torch.Tensor]:
    """All first weights of a run, and its first patches."""
    weights = torch.cat([each.flatten() for each in build_network(config).parameters()])
    lr, _ = next(iter(open_pictures(Run.of(config)).train_dataloader()))
    return weights, lr


@pytest.mark.parametrize(
    ("words", "weights_of", "patches_of"),
    [("seed_init=1", 1, 0), ("seed_patches=1", 0, 1), ("seed=1", 1, 1)],
)
def test_each_seed_turns_its_part_alone(
    short: Callable[..., RunConfig], words: str, weights_of: int, patches_of: int
) -> None:
    plain = [start(short(f"seed={seed}")) for seed in (0, 1)]
    assert not torch.equal(plain[0][0], plain[1][0])
    assert not torch.equal(plain[0][1], plain[1][1])
    weights, patches = start(short(words))
    assert torch.equal(weights, plain[weights_of][0])
    assert torch.equal(patches, plain[patches_of][1])
