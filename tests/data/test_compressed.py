"""Training pairs whose LR has been JPEG."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from shoal.data.cache import Cache
from shoal.data.compressed import CompressedPictures, CompressedStream, rounded_luma
from shoal.data.draws import draws
from shoal.data.jpeg import CURVE, LEAST, MOST, patch, qualities, whole
from shoal.data.module import SuperResolutionData
from shoal.data.patches import PatchStream
from shoal.pictures.colour import luma
from shoal.pictures.jpeg import compressed

SIZES = np.array([(41, 53), (60, 38)])


@pytest.fixture(scope="module")
def colours() -> Cache:
    """Two pictures of RGB at x2, smooth enough that JPEG has something to keep."""
    noise, starts = np.random.default_rng(0), [0, int(SIZES[0].prod())]
    lr = [
        np.kron(noise.integers(0, 256, (3, 15, 15)), np.ones((4, 4)))[:, :h, :w] for h, w in SIZES
    ]
    hr = [np.kron(planes, np.ones((2, 2))) for planes in lr]
    flat = [np.concatenate([each.ravel() for each in part]).astype(np.uint8) for part in (hr, lr)]
    return Cache(("a", "b"), SIZES, np.array(starts), *flat, scale=2, channels=3)


def test_a_patch_is_cut_from_its_picture_as_that_looks_compressed_whole(colours: Cache) -> None:
    noise = np.random.default_rng(1)
    for number in range(120):
        planes = colours.planes(number % 2)
        top, left = (int(noise.integers(side - 9)) for side in planes.shape[1:])
        quality = LEAST + number % (MOST - LEAST + 1)
        cut = whole(planes, quality)[:, top : top + 10, left : left + 10]
        assert (patch(planes, top, left, 10, quality) == cut).all()


def test_places_and_hr_are_those_without_and_lr_is_the_luma_of_a_jpeg(colours: Cache) -> None:
    clean, stream = (kind([colours], 16, 4, 5) for kind in (PatchStream, CompressedStream))
    (_, rgb), (lr, hr) = clean.batch(3), stream.batch(3)
    assert torch.equal(hr * 255, torch.from_numpy(rounded_luma((rgb * 255).byte().numpy())).float())
    _, _, words = draws(5, 12, 4, 1)
    both = CompressedStream([colours], 16, 4, 5, channels=3).batch(3)
    assert both[0].shape == (4, 3, 8, 8)
    levels = (both[0] * 255).round().byte().numpy()
    for number in range(4):
        expected = luma(np.moveaxis(levels[number], 0, -1))[0] / 255
        assert torch.allclose(lr[number].double(), expected, atol=1e-6)
    assert len(set(qualities(words).tolist())) > 1


def test_patch_i_is_decided_by_seed_and_i_alone(colours: Cache) -> None:
    stream = CompressedStream([colours], 16, 4, 5)
    lr, hr = stream.block(range(2, 6))
    assert torch.equal(lr[1], stream.batch(3)[0])
    assert torch.equal(hr[1], stream.batch(3)[1])
    later = CompressedStream([colours], 16, 4, 5, 3)
    assert torch.equal(next(iter(later))[0], lr[1])
    assert not torch.equal(CompressedStream([colours], 16, 4, 6).batch(3)[0], lr[1])


def test_the_curve_is_drawn_with_whole_pictures_of_one_quality(colours: Cache) -> None:
    data = SuperResolutionData([colours], [colours], 2, 16, 4, 0, degradation="jpeg")
    pairs = list(data.pictures().all())
    assert len(pairs) == 2
    for number, (lr, hr) in enumerate(pairs):
        pixels = np.ascontiguousarray(np.moveaxis(colours.planes(number), 0, -1))
        assert torch.allclose(lr.double() * 255, luma(compressed(pixels, CURVE)), atol=1e-4)
        assert hr.shape == (1, 1, *(2 * SIZES[number]))
    rgb = CompressedPictures([replace(colours, grey=frozenset())], channels=3)
    assert rgb[0][0].shape == (1, 3, *SIZES[0])
