"""Simple functions, and the linear maps that they and the forest's leaves are."""

import torch

from helpers.worlds import SCALE, mean_error, textured
from shoal.models.classical.clusters import kmeans, nearest
from shoal.models.classical.regressors import Normals, mapped
from shoal.models.classical.simple import Simple
from shoal.pictures.resample import upscale


def test_an_affine_world_is_found_exactly():
    """HR is LR enlarged, and brighter: of an LR patch each HR pixel is an affine map."""
    lrs = textured(4, 20, 24)
    world = [(lr, upscale(lr, SCALE) + 0.1) for lr in lrs]
    model = Simple(SCALE, clusters=3, samples=600, forms=8, ridge=1e-7, projections=0)
    model.fit(world, seed=0)
    lr = textured(1, 20, 24, seed=7)[0]
    assert mean_error(model(lr), upscale(lr, SCALE) + 0.1) < 1e-3
    assert mean_error(upscale(lr, SCALE), upscale(lr, SCALE) + 0.1) > 0.09


def test_each_group_has_its_own_map_whatever_order_its_samples_come_in():
    generator = torch.Generator().manual_seed(0)
    truth = torch.randn(3, 5, 2, generator=generator)
    features = torch.randn(400, 4, generator=generator)
    group = torch.randint(3, (400,), generator=generator)
    group[group == 1] = 2  # the group 1 has no samples
    targets = mapped(features, group, truth)
    normals = Normals(3, 4, 2)
    for block in torch.split(torch.randperm(400, generator=generator), 150):
        normals.add(features[block], targets[block], group[block])
    found = normals.solved(1e-6)
    torch.testing.assert_close(found[[0, 2]], truth[[0, 2]], rtol=0, atol=1e-3)
    assert not found[1].any()


def test_clusters_far_apart_are_found():
    generator = torch.Generator().manual_seed(1)
    truth = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    samples = truth.repeat(50, 1) + 0.1 * torch.randn(150, 2, generator=generator)
    centres = kmeans(samples, 3, 10, generator, lambda done, total: None)
    assert torch.cdist(truth, centres).amin(dim=1).max() < 0.1
    assert torch.equal(nearest(truth, centres).sort().values, torch.arange(3))


def test_more_centres_than_samples_are_no_fault():
    samples = torch.eye(3)
    generator = torch.Generator().manual_seed(0)
    assert kmeans(samples, 5, 2, generator, lambda done, total: None).shape == (5, 3)
