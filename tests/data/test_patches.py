"""Patches: where they lie, and that they are a pure function of seed and number."""

import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from shoal.data.cache import Cache
from shoal.data.cutting import SYMMETRIES, symmetric
from shoal.data.draws import draws
from shoal.data.patches import PatchStream
from shoal.errors import UserError


def numbered(sizes, scale=2, first=0):
    """A cache in whose LR pictures every pixel is its own number, and HR blocks repeat it."""
    sizes = np.array(sizes)
    starts = np.concatenate([[0], np.cumsum(sizes.prod(axis=1))[:-1]])
    lr, hr = [], []
    for height, width in sizes:
        plane = np.arange(height * width, dtype=np.float32).reshape(height, width)
        lr.append((plane / 255).ravel())
        hr.append(np.kron(plane, np.ones((scale, scale))).astype(np.uint8).ravel())
    names = tuple(f"picture{first + n}" for n in range(len(sizes)))
    return Cache(names, sizes, starts, np.concatenate(hr), np.concatenate(lr), scale)


def stream(sizes=((9, 11), (8, 14)), seed=0, **options):
    return PatchStream([numbered(sizes)], patch_size=8, batch_size=6, seed=seed, **options)


def test_lr_and_hr_patches_show_the_same_place_in_every_symmetry():
    patches = stream()
    for step in range(40):
        lr, hr = patches.batch(step)
        assert torch.equal(hr[..., ::2, ::2], lr)
        assert torch.equal(hr[..., 1::2, 1::2], lr)


def test_patches_are_cut_out_of_one_picture_without_gaps():
    lr, _ = stream().batch(0)
    numbers = (lr * 255).round().long()
    for patch in numbers[:, 0]:
        steps = {abs(int(d)) for d in (patch[:, 1:] - patch[:, :-1]).unique()}
        assert len(steps) == 1  # 1 along a row of the picture, its width along a column
        assert steps <= {1, 11, 14}


def test_the_same_seed_gives_the_same_patches_and_another_seed_others():
    assert torch.equal(stream().batch(7)[0], stream().batch(7)[0])
    assert not torch.equal(stream().batch(7)[0], stream(seed=1).batch(7)[0])
    assert not torch.equal(stream().batch(7)[0], stream().batch(8)[0])


def test_patch_i_needs_no_history():
    together = draws(seed=5, first=0, count=100, positions=10**6)
    alone = draws(seed=5, first=63, count=1, positions=10**6)
    assert (together[0][63], together[1][63]) == (alone[0][0], alone[1][0])


def test_batches_cut_in_one_go_are_those_cut_alone():
    patches = stream(seed=3, rank=1, ranks=2)
    for step, pair in zip(range(2, 30, 7), patches.batches(range(2, 30, 7)), strict=True):
        for together, alone in zip(pair, patches.batch(step), strict=True):
            assert torch.equal(together, alone)


@pytest.mark.parametrize("workers", [0, 1, 3])
# More workers than cores, on purpose.
@pytest.mark.filterwarnings("ignore:This DataLoader will create")
def test_any_number_of_workers_gives_the_same_batches(workers):
    loader = iter(DataLoader(stream(first_step=4), batch_size=None, num_workers=workers))
    for step in range(4, 11):
        lr, hr = next(loader)
        expected = stream().batch(step)
        assert torch.equal(lr, expected[0])
        assert torch.equal(hr, expected[1])


def test_ranks_share_out_the_batch_that_one_rank_would_see():
    whole, _ = stream().batch(3)
    parts = [stream(rank=rank, ranks=3).batch(3)[0] for rank in range(3)]
    assert torch.equal(torch.cat(parts), whole)


def test_pictures_weigh_as_much_as_the_positions_they_offer():
    # 4 x 4 LR patches: 6 x 8 = 48 positions and 5 x 11 = 55.
    patches = stream()
    source = patches.sources[0]
    assert source.positions == 48 + 55
    position, symmetry, _ = draws(0, 0, 103_000, source.positions)
    counts = np.bincount(position, minlength=103)
    assert counts.min() > 1000 - 5 * 32
    assert counts.max() < 1000 + 5 * 32
    assert np.abs(np.bincount(symmetry, minlength=SYMMETRIES) - 103_000 / 8).max() < 600


def test_several_sets_are_one_pool():
    two = PatchStream([numbered([(9, 11)]), numbered([(8, 14)])], 8, 6, seed=0)
    one = stream()
    for step in range(5):
        assert torch.equal(two.batch(step)[0], one.batch(step)[0])


def test_the_eight_symmetries_are_quarter_turns_of_the_square_and_of_its_transpose():
    square = np.arange(9, dtype=np.uint8).reshape(3, 3)
    known = [np.rot90(each, turns) for each in (square, square.T) for turns in range(4)]
    for symmetry in range(SYMMETRIES):
        assert np.array_equal(symmetric(square[None], symmetry)[0], known[symmetry])


def test_the_patches_of_a_seed_never_change():
    two = PatchStream([numbered([(9, 11)]), numbered([(8, 14)])], 8, 6, seed=5)
    checksum = 0
    for step in range(100):
        for patches in two.batch(step):
            checksum = zlib.crc32(patches.numpy().tobytes(), checksum)
    assert checksum == 0x76FE1DE1  # of the first version, which read each pixel by its own index


def rgb(cache, channels=3):
    """The same pictures with planes 0, 1 and 2 higher, in 8 bits."""
    areas = np.split(cache.lr * 255, cache.starts[1:])
    larger = np.split(cache.hr, cache.starts[1:] * cache.scale**2)
    lr, hr = (
        np.concatenate([plane + n for plane in planes for n in range(channels)]).astype(np.uint8)
        for planes in (areas, larger)
    )
    return replace(cache, lr=lr, hr=hr, channels=channels)


def test_patches_of_rgb_lie_where_those_of_luma_do_each_plane_alike():
    caches = [numbered([(9, 11)]), numbered([(8, 14)])]
    luma, colours = (PatchStream(each, 8, 6, seed=5) for each in (caches, [*map(rgb, caches)]))
    for step in range(20):
        for plane, planes in zip(luma.batch(step), colours.batch(step), strict=True):
            assert planes.shape[1] == 3
            for number in range(3):
                levels = (planes[:, number : number + 1] * 255).round()
                assert torch.equal(levels, (plane * 255).round() + number)


def test_impossible_patches_are_refused_with_value_and_remedy():
    cache = numbered([(9, 11), (4, 14)])
    with pytest.raises(UserError, match="patch_size=9 is no multiple of scale=2"):
        PatchStream([cache], 9, 4, seed=0)
    with pytest.raises(
        UserError, match=r"larger than the picture picture1 \(28 x 8\): take at most 8"
    ):
        PatchStream([cache], 10, 4, seed=0)
    with pytest.raises(UserError, match="batch_size=4 can't be shared by 3 devices"):
        PatchStream([cache], 8, 4, seed=0, ranks=3)
