"""Self-examples."""

import pytest
import torch

from helpers.worlds import mean_error
from shoal.models.classical.selfex import SelfEx
from shoal.pictures.resample import downscale, upscale


def half_plane(size: int, slope: float) -> torch.Tensor:
    """A straight edge through the middle: enlarged about it by any factor, it is itself."""
    fine = 8 * size
    places = (torch.arange(fine) + 0.5) / fine - 0.5
    edge = (places[:, None] - slope * places > 0).float()[None, None]
    return 0.2 + 0.6 * torch.nn.functional.avg_pool2d(edge, 8)


@pytest.mark.parametrize("scale", [2, 3])
def test_an_edge_that_repeats_itself_at_every_scale_is_far_sharper_than_bicubics(scale):
    hr = half_plane(24 * scale, 0.4)
    lr = downscale(hr, scale)
    model = SelfEx(scale, side=5, neighbours=5, tolerance=0.06, projections=3)
    assert mean_error(model(lr), hr, scale) < 0.6 * mean_error(upscale(lr, scale), hr, scale)


def test_a_flat_picture_stays_flat():
    lr = torch.full((1, 1, 9, 11), 0.3)
    model = SelfEx(3, side=5, neighbours=9, tolerance=0.06, projections=3)
    torch.testing.assert_close(model(lr), torch.full((1, 1, 27, 33), 0.3), rtol=0, atol=1e-5)


def test_a_picture_of_a_few_pixels_has_fewer_examples_than_neighbours_and_is_answered():
    model = SelfEx(4, side=5, neighbours=9, tolerance=0.06, projections=1)
    assert model(torch.rand(1, 1, 2, 3)).shape == (1, 1, 8, 12)
