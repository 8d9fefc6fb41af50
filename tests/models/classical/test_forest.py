"""Trees and the forest of them."""

import torch

from helpers.worlds import SCALE, mean_error, pairs
from shoal.models.classical.forest import RFL
from shoal.models.classical.trees import descended, grow
from shoal.pictures.resample import upscale


def test_a_tree_finds_the_difference_that_targets_depend_on():
    generator = torch.Generator().manual_seed(0)
    features = torch.rand(3000, 4, generator=generator)
    side = (features[:, 1] - features[:, 3] >= 0.2).float()
    samples = torch.cat([features, 50 * side[:, None]], dim=1)  # nothing else counts
    tree = grow(samples, 4, depth=6, least=20, generator=generator)
    leaf = descended(features, tree, depth=6)
    counts = torch.zeros(int(leaf.max()) + 1, 2).index_put_(
        (leaf, side.long()), torch.ones(3000), accumulate=True
    )
    mixed = counts.amin(dim=1).sum() / 3000  # samples in a leaf of the other side
    assert mixed < 0.2 * side.mean()  # which all are, where nothing is split
    assert counts.sum(dim=1).min() >= 20


def test_a_tree_that_may_not_split_is_one_leaf():
    generator = torch.Generator().manual_seed(0)
    samples = torch.rand(30, 3, generator=generator)
    for depth, least in ((5, 20), (0, 1)):
        tree = grow(samples, 2, depth, least, generator)
        assert len(tree.pairs) == 1
        assert not descended(samples[:, :2], tree, depth).any()


def test_samples_that_are_all_alike_are_one_leaf():
    tree = grow(torch.ones(200, 3), 2, 4, 10, torch.Generator().manual_seed(0))
    assert len(tree.pairs) == 1


def test_an_affine_world_is_found_by_the_leaves():
    """What HR has more than the enlargement is a tenth of what that has more than its mean."""
    world = []
    for lr, _ in pairs(4):
        enlarged = upscale(lr, SCALE)
        smooth = torch.nn.functional.avg_pool2d(enlarged, 3, 1, 1, count_include_pad=False)
        world.append((lr, enlarged + 0.5 * (enlarged - smooth)))
    model = RFL(SCALE, trees=2, depth=2, leaf=60, samples=5000, forms=4, ridge=1e-6, projections=0)
    model.fit(world[:3], seed=0)
    lr, hr = world[3]
    assert mean_error(model(lr), hr, 4) < 0.35 * mean_error(upscale(lr, SCALE), hr, 4)
