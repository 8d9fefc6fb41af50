"""Blocks of steps, and patches cut where pictures lie on a device."""

import itertools

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from data.test_patches import numbered
from shoal.data.blocks import Ahead, Blocks
from shoal.data.cache import Cache
from shoal.data.cutting import SYMMETRIES
from shoal.data.patches import PatchStream
from shoal.data.places import PLACE, OnDevice

CACHES = [numbered([(9, 11), (8, 14)]), numbered([(20, 7)]), numbered([(5, 5), (6, 9)])]


@pytest.fixture(scope="module")
def stream() -> PatchStream:
    return PatchStream(CACHES, patch_size=8, batch_size=6, seed=3)


def blocks(stream: PatchStream, first: int = 0, most: int = 4) -> Blocks:
    return Blocks(stream.block, first, most, every=10, end=23)


def first_ranges(first: int, count: int) -> list[tuple[int, int]]:
    found = Blocks(lambda steps: steps, first, 4, every=10, end=23).ranges()
    return [(each.start, each.stop) for each in itertools.islice(found, count)]


def test_a_block_ends_at_each_validation_and_with_the_run_wherever_it_begins() -> None:
    assert first_ranges(0, 9) == [
        *((0, 4), (4, 8), (8, 10), (10, 14), (14, 18), (18, 20), (20, 23)),
        *((23, 27), (27, 30)),
    ]
    assert first_ranges(17, 3) == [(17, 20), (20, 23), (23, 27)]


@pytest.mark.parametrize("workers", [0, 2])
def test_blocks_are_the_batches_of_their_steps_with_any_number_of_workers(stream, workers) -> None:
    loader = DataLoader(blocks(stream, first=5), batch_size=None, num_workers=workers)
    given = itertools.islice(loader, 4)
    steps = [pair for block in given for pair in zip(*block, strict=True)]
    assert len(steps) == 4 + 1 + 4 + 4  # 5 to 9, 9 to 10, then from the validation on
    for step, pair in enumerate(steps, 5):
        assert all(torch.equal(*both) for both in zip(pair, stream.batch(step), strict=True))


def test_a_thread_ahead_changes_nothing(stream) -> None:
    for ours, plain in itertools.islice(zip(Ahead(blocks(stream)), blocks(stream), strict=True), 5):
        assert all(torch.equal(*both) for both in zip(ours, plain, strict=True))


def test_what_a_cut_raises_ahead_is_raised_where_its_block_was_due() -> None:
    def cut(steps: range) -> range:
        if steps.start:
            raise OSError("gone")
        return steps

    items = iter(Ahead(Blocks(cut, 0, 4, 10, 20)))
    assert next(items) == range(4)
    with pytest.raises(OSError, match="gone"):
        next(items)


def test_a_device_cuts_the_very_patches_from_all_caches_under_all_symmetries(stream) -> None:
    there, steps = OnDevice(CACHES, 8, torch.device("cpu")), range(5, 45)
    places = stream.places(steps)
    assert places.shape == (40, 6, PLACE)
    directions = {tuple(each) for each in places[..., [1, 2]].view(-1, 2).sign().tolist()}
    assert len(directions) == SYMMETRIES // 2  # each of them also transposed
    firsts = places[..., 0].flatten()
    assert ((firsts < 211).any(), (firsts >= 351).any()) == (True, True)  # of the first, the last
    for ours, plain in zip(there.cut(places), stream.block(steps), strict=True):
        assert ours.shape == plain.shape
        assert torch.equal(ours, plain)
    assert torch.equal(there.cut(places[0])[1], stream.batch(5)[1])


def test_a_device_cuts_three_channels_of_levels_too() -> None:
    rng, sizes = np.random.default_rng(0), np.array([(9, 11), (8, 14)])
    starts = np.array([0, 99])
    hr, lr = (rng.integers(0, 256, 3 * 211 * by, np.uint8) for by in (4, 1))
    rgb = [Cache(("a", "b"), sizes, starts, hr, lr, 2, channels=3)] * 2
    stream = PatchStream(rgb, patch_size=8, batch_size=6, seed=1)
    cut = OnDevice(rgb, 8, torch.device("cpu")).cut(stream.places(range(20)))
    for ours, plain in zip(cut, stream.block(range(20)), strict=True):
        assert ours.shape[2] == 3
        assert torch.equal(ours, plain)
