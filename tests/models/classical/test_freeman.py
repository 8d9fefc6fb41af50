"""Belief propagation, and Freeman's field."""

import itertools

import torch

from helpers.worlds import SCALE, mean_error, pairs
from shoal.models.classical.freeman import Freeman
from shoal.models.classical.propagation import most_likely
from shoal.pictures.resample import upscale


def cost(choice, evidence, across, down) -> float:
    """Of a choice of candidates on a whole grid."""
    rows, columns, _ = evidence.shape
    total = sum(evidence[y, x, choice[y][x]] for y in range(rows) for x in range(columns))
    for y, x in itertools.product(range(rows), range(columns)):
        if x + 1 < columns:
            total = total + across[y, x, choice[y][x], choice[y][x + 1]]
        if y + 1 < rows:
            total = total + down[y, x, choice[y][x], choice[y + 1][x]]
    return float(total)


def test_on_a_chain_it_finds_the_cheapest_of_all_choices():
    generator = torch.Generator().manual_seed(0)
    for rows, columns in ((1, 5), (5, 1)):
        evidence = torch.rand(rows, columns, 3, generator=generator)
        across = 2 * torch.rand(rows, columns - 1, 3, 3, generator=generator)
        down = 2 * torch.rand(rows - 1, columns, 3, 3, generator=generator)
        found = most_likely(evidence, across, down, rounds=6)
        costs = []
        for flat in itertools.product(range(3), repeat=rows * columns):
            choice = [flat[y * columns : (y + 1) * columns] for y in range(rows)]
            costs.append(cost(choice, evidence, across, down))
        assert cost(found.tolist(), evidence, across, down) <= min(costs) + 1e-6
        alone = evidence.argmin(dim=2)
        assert torch.equal(most_likely(evidence, across, down, rounds=0), alone)
        assert cost(alone.tolist(), evidence, across, down) > min(costs)


def test_on_a_grid_neighbours_that_must_agree_outvote_one_that_sees_otherwise():
    evidence = torch.tensor([0.0, 1.0]).repeat(3, 4, 1)
    evidence[1, 2] = torch.tensor([1.5, 0.0])
    differ = 1 - torch.eye(2)
    found = most_likely(evidence, differ.repeat(3, 3, 1, 1), differ.repeat(2, 4, 1, 1), rounds=5)
    assert not found.any()


def test_a_picture_made_of_the_training_patches_is_found_again():
    world = pairs(3)
    model = Freeman(SCALE, 10**6, candidates=4, agreement=1.0, rounds=5, projections=0)
    model.fit(world, seed=0)
    for lr, hr in world:
        assert mean_error(model(lr), hr, 4) < 0.05 * mean_error(upscale(lr, SCALE), hr, 4)


def test_neighbours_that_are_heard_make_a_strange_picture_better_than_the_nearest_example():
    lr, hr = pairs(1, seed=3)[0]
    errors = {}
    for rounds in (0, 10):
        model = Freeman(SCALE, 3000, candidates=16, agreement=1.0, rounds=rounds, projections=0)
        model.fit(pairs(8), seed=0)
        errors[rounds] = mean_error(model(lr), hr, 4)
    assert errors[10] < errors[0]
