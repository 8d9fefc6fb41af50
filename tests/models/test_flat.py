"""What is flat stays flat, whatever network enlarges it."""

import numpy as np
import pytest
import torch
from torch import nn

from shoal.models import weights
from shoal.models.flat import Flat, flat
from shoal.models.profile import reach
from shoal.pictures.traced import mirrored
from shoal.pretrained import shipped

LEVELS = torch.arange(256).double()
QUICK = [
    pytest.param(*name, marks=() if name[0].startswith("eeds_fast") else pytest.mark.slow)
    for name in shipped()
]


def enlarging(model: str, scale: int) -> nn.Module:
    network, _ = weights.load(shipped()[model, scale])
    return flat(network, reach(network))


@pytest.mark.parametrize(("model", "scale"), QUICK)
def test_every_grey_level_comes_out_as_itself_up_to_the_edges(model: str, scale: int) -> None:
    network = enlarging(model, scale)
    for levels in (LEVELS, 16 + LEVELS * 219 / 255):  # of grey pictures, and of grey as RGB
        pictures = (levels / 255).float()[:, None, None, None].expand(-1, 1, 3, 5)
        with torch.inference_mode():
            sr = network(pictures).double() * 255
        off = (sr - levels[:, None, None, None]).abs().max().item()
        assert sr.shape == (256, 1, 3 * scale, 5 * scale)
        assert off < 0.15  # half a level would be seen


def test_without_it_white_is_not_white() -> None:
    network, _ = weights.load(shipped()["eeds_fast", 2])
    white = torch.full((1, 1, 30, 30), 235 / 255)
    with torch.inference_mode():
        off = (network(white) * 255 - 235).abs()
    assert off.max() > 1
    assert off[..., 24:36, 24:36].max() > 0.5


def test_a_picture_is_seen_mirrored_however_small_it_is() -> None:
    row = torch.arange(3.0)[None, None, None]
    assert mirrored(row, 5)[0, 0, 5].tolist() == [1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]
    image = torch.rand(1, 1, 12, 9, generator=torch.manual_seed(0))
    expected = np.pad(image[0, 0].numpy(), 7, "symmetric")
    assert np.array_equal(mirrored(image, 7)[0, 0].numpy(), expected)


class Brightening(nn.Module):
    """Repeats pixels, adds to each what depends on its place in the block and on its level."""

    channels = 3

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        pattern = torch.tensor([[0.01, 0.02], [0.03, -0.02]])
        large = lr.repeat_interleave(2, -1).repeat_interleave(2, -2)
        tiled = pattern.repeat(lr.shape[-2], lr.shape[-1])
        return large * (1 + tiled) + tiled


def test_what_is_added_to_each_level_is_taken_off_and_nothing_else() -> None:
    picture = torch.rand(2, 3, 6, 7, generator=torch.manual_seed(1))
    network = Flat(Brightening(), 1)
    large = picture.repeat_interleave(2, -1).repeat_interleave(2, -2)
    assert torch.allclose(network(picture), large, atol=1e-5)


def test_a_network_that_sees_all_of_a_picture_stays_as_it_is() -> None:
    network = Brightening()
    assert flat(network, None) is network
