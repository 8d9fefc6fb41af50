"""Decoded pictures on disk: whole, shared, and noticed when damaged."""

import json
import multiprocessing
import re

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.grids import ENOUGH
from shoal.data import cache
from shoal.data.cache import open_cache
from shoal.data.catalog import folder_set, picture_set
from shoal.errors import UserError
from shoal.evaluation.protocols import PROTOCOLS
from shoal.pictures.colour import luma
from shoal.pictures.degrade import degrade, smaller
from shoal.pictures.images import read
from shoal.pictures.levels import rounded
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
    kept = cache_of(photos, tmp_path / "cache")
    assert kept.names == ("a", "b")
    lr, hr = kept.picture(0)
    expected = rounded(crop(luma(read(photos / "a.png").pixels), 3))
    assert torch.equal(hr, (expected[0] / 255).float())
    assert torch.equal(lr, (downscale(expected, 3)[0] / 255).float())


def test_smaller_copies_have_a_cache_of_their_own(photos, tmp_path):
    whole, copies = (cache_of(photos, tmp_path / "cache", size=size) for size in (1, 0.8))
    assert copies.names == ("a at 0.8", "b at 0.8")
    expected = rounded(crop(luma(smaller(read(photos / "a.png").pixels, 0.8)), 3))
    assert torch.equal(copies.picture(0)[1], (expected[0] / 255).float())
    assert whole.sizes.tolist() == [[6, 10], [5, 5]]
    assert copies.sizes.tolist() == [[5, 8], [4, 4]]  # of 16 x 25 and 13 x 13
    assert torch.equal(cache_of(photos, tmp_path / "cache").picture(0)[1], whole.picture(0)[1])


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


@pytest.mark.parametrize("index", ["[]", "null", "{}", '{"crc32": 1}', "{"])
def test_an_index_that_says_nothing_is_noticed_and_the_cache_built_again(photos, tmp_path, index):
    root = tmp_path / "cache"
    before = cache_of(photos, root).picture(1)[1]
    (folder,) = root.iterdir()
    (folder / "index.json").write_text(index)
    assert torch.equal(cache_of(photos, root).picture(1)[1], before)


def test_a_flipped_byte_is_noticed_and_the_cache_built_again(photos, tmp_path, capsys):
    root = tmp_path / "cache"
    before = cache_of(photos, root).picture(1)[1]
    (folder,) = root.iterdir()
    damaged = bytearray((folder / "hr").read_bytes())
    damaged[-1] ^= 1
    (folder / "hr").write_bytes(damaged)
    assert torch.equal(cache_of(photos, root).picture(1)[1], before)
    assert "damaged" in capsys.readouterr().out


def test_a_cache_that_another_run_finishes_meanwhile_stays(photos, tmp_path, monkeypatch, capsys):
    root, look, looks = tmp_path / "cache", cache.is_whole, []

    def while_another_builds(folder):
        found = look(folder)
        if not looks.append(folder) and len(looks) == 1:
            monkeypatch.setattr(cache, "is_whole", look)
            cache_of(photos, root)
            (folder / "by another").touch()
        return found

    monkeypatch.setattr(cache, "is_whole", while_another_builds)
    assert len(cache_of(photos, root)) == 2
    assert [path.name for path in root.rglob("by *")] == ["by another"]
    assert "damaged" not in capsys.readouterr().out


def test_a_cache_that_was_mended_between_two_looks_is_put_back(photos, tmp_path, monkeypatch):
    root, look, looks = tmp_path / "cache", cache.is_whole, []
    before = cache_of(photos, root)

    def damaged_at_first(folder):
        looks.append(folder)
        return len(looks) > 2 and look(folder)

    monkeypatch.setattr(cache, "is_whole", damaged_at_first)
    (folder,) = root.iterdir()
    (folder / "mended").touch()
    assert torch.equal(cache_of(photos, root).picture(1)[1], before.picture(1)[1])
    assert [path.name for path in root.iterdir()] == [folder.name]
    assert (folder / "mended").exists()


def test_a_broken_picture_is_named_and_nothing_half_made_stays(photos, tmp_path):
    (photos / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UserError, match=r"b\.png"):
        cache_of(photos, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_picture_smaller_than_the_scale_is_refused(photos, tmp_path):
    Image.new("L", (2, 9)).save(photos / "c.png")
    with pytest.raises(UserError, match=r"c\.png: 2 x 9 is smaller than the scale 3"):
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


def test_rgb_comes_back_as_the_protocol_rgb_has_it(photos, tmp_path):
    pixels = read(photos / "a.png").pixels
    lr, hr = cache_of(photos, tmp_path / "cache", channels=3).picture(0)
    assert np.array_equal((hr * 255).round().numpy(), pixels[:18, :30].transpose(2, 0, 1))
    assert torch.equal(lr, PROTOCOLS["rgb"].question(pixels, 3, 3).lr[0])
    assert np.array_equal((lr * 255).round().numpy(), degrade(pixels, 3).transpose(2, 0, 1))


@pytest.mark.data
def test_rgb_lr_equals_matlabs_picture(shoal_data, tmp_path):
    pictures = picture_set("Set5")
    kept = open_cache(pictures, shoal_data, 3, tmp_path, channels=3)
    for number, name in enumerate(kept.names):
        matlab = read(shoal_data / "matlab_lr" / "Set5" / "x3" / f"{name}.png").pixels
        lr = (kept.picture(number)[0] * 255).numpy()
        assert np.array_equal(lr, matlab.transpose(2, 0, 1).astype(np.float32))


def test_a_grey_picture_is_repeated_for_a_network_and_is_its_own_luma_in_scores(photos, tmp_path):
    Image.effect_noise((24, 18), 60).save(photos / "c.png")
    lr, hr = cache_of(photos, tmp_path / "cache", channels=3).picture(2)
    assert (lr.shape, hr.shape) == ((3, 6, 8), (1, 18, 24))
    assert torch.equal(lr, lr[:1].expand(3, -1, -1))


def test_caches_of_luma_keep_names_and_bytes_beside_those_of_rgb(photos, tmp_path):
    root = tmp_path / "cache"
    luma = cache_of(photos, root)
    (folder,) = root.iterdir()
    assert re.fullmatch(r"photos-x3-v2-[0-9a-f]{16}", folder.name)
    index = json.loads((folder / "index.json").read_text())
    assert index == {"sizes": [[6, 10], [5, 5]], "crc32": {"hr": 2538932290, "lr": 1063316352}}
    assert {path.name for path in folder.iterdir()} == {"hr", "lr", "index.json"}
    cache_of(photos, root, channels=3)
    assert len(list(root.iterdir())) == 2
    assert torch.equal(cache_of(photos, root).picture(0)[0], luma.picture(0)[0])
