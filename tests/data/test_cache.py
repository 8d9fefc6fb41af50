"""Decoded pictures on disk: whole, shared, and noticed when damaged."""

import multiprocessing

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.grids import ENOUGH
from shoal.data.cache import open_cache
from shoal.data.catalog import folder_set
from shoal.errors import UserError
from shoal.pictures.colour import luma, rounded
from shoal.pictures.images import read
from shoal.pictures.resample import crop, downscale


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, size in {"a": (20, 31), "b": (16, 16)}.items():
        pixels = random.integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


def cache_of(photos, root, scale=3, **options):
    return open_cache(folder_set(photos, "photos"), photos, scale, root, **options)


def test_a_picture_comes_back_as_classic_has_it(photos, tmp_path):
    cache = cache_of(photos, tmp_path / "cache")
    assert cache.names == ("a", "b")
    lr, hr = cache.picture(0)
    expected = rounded(crop(luma(read(photos / "a.png").pixels), 3))
    assert torch.equal(hr, (expected[0] / 255).float())
    assert torch.equal(lr, (downscale(expected, 3)[0] / 255).float())


def test_a_cache_is_built_once_and_keyed_by_content_and_scale(photos, tmp_path):
    root = tmp_path / "cache"
    cache_of(photos, root)
    built = {path.name: path.stat().st_mtime_ns for path in root.rglob("*")}
    cache_of(photos, root)
    assert {path.name: path.stat().st_mtime_ns for path in root.rglob("*")} == built
    cache_of(photos, root, scale=2)
    (photos / "b.png").unlink()
    cache_of(photos, root)
    assert len(list(root.iterdir())) == 3


def test_a_flipped_byte_is_noticed_and_the_cache_built_again(photos, tmp_path, capsys):
    root = tmp_path / "cache"
    before = cache_of(photos, root).picture(1)[1]
    (folder,) = root.iterdir()
    damaged = bytearray((folder / "hr").read_bytes())
    damaged[-1] ^= 1
    (folder / "hr").write_bytes(damaged)
    assert torch.equal(cache_of(photos, root).picture(1)[1], before)
    assert "damaged" in capsys.readouterr().out


def test_a_broken_picture_is_named_and_nothing_half_made_stays(photos, tmp_path):
    (photos / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UserError, match=r"b\.png"):
        cache_of(photos, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_picture_smaller_than_the_scale_is_refused(photos, tmp_path):
    Image.new("L", (2, 9)).save(photos / "c.png")
    with pytest.raises(UserError, match=r"c\.png: smaller than the scale 3"):
        cache_of(photos, tmp_path / "cache")


def test_a_limit_takes_the_first_pictures_of_the_whole_cache(photos, tmp_path):
    assert len(cache_of(photos, tmp_path / "cache", limit=1)) == 1
    assert len(cache_of(photos, tmp_path / "cache")) == 2


def _open(photos, root, queue):
    queue.put(float(cache_of(photos, root).picture(0)[1].sum()))


def test_two_processes_that_build_at_once_end_with_the_same_cache(photos, tmp_path):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    jobs = [context.Process(target=_open, args=(photos, tmp_path / "cache", queue)) for _ in "ab"]
    for job in jobs:
        job.start()
    sums = {queue.get(timeout=ENOUGH) for _ in jobs}
    for job in jobs:
        job.join()
    assert len(sums) == 1
    assert [job.exitcode for job in jobs] == [0, 0]
    assert len(list((tmp_path / "cache").iterdir())) == 1
