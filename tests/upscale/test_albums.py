"""Folders of folders: where results go, and what is in the way of one and not of the others."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shoal
from helpers.enlarging import enlarged, opened
from shoal.errors import UserError
from shoal.upscale.jobs import Wanted, plan


@pytest.fixture
def album(tmp_path, monkeypatch):
    """Pictures of one name in folders within each other, some that are none, and an old result."""
    monkeypatch.chdir(tmp_path)
    for name in ("a/p.png", "a/b/p.png", "c/p.jpg", ".hidden/p.png", "output/old_x2.png"):
        path = Path("album", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (6, 4)).save(path)
    Path("album/a/.thumb.png").touch()
    Path("album/notes.txt").touch()
    return Path("album")


def written(*paths, output="out", **wanted):
    """Pictures and what becomes of them."""
    jobs = plan([Path(path) for path in paths], Wanted(Path(output), "x2", **wanted)).jobs
    return {str(job.source): [str(path) for path in job.written] for job in jobs}


def test_sub_folders_are_mirrored_and_hidden_ones_and_results_left_out(album):
    assert written(album, output="album/output") == {
        "album/a/p.png": ["album/output/a/p_x2.png"],
        "album/a/b/p.png": ["album/output/a/b/p_x2.png"],
        "album/c/p.jpg": ["album/output/c/p_x2.png"],
    }


def test_results_beside_their_pictures_are_not_enlarged_again(album):
    for name in ("p_x2.png", "p_x2_x2.png", "p_x3.png"):
        Image.new("L", (6, 4)).save(album / "a" / "b" / name)
    assert written("album/a/b", output="album/a/b", skip_existing=True) == {
        "album/a/b/p_x3.png": ["album/a/b/p_x3_x2.png"],  # of another factor
    }
    with pytest.raises(UserError, match=r"p_x2\.png would replace a picture that goes in"):
        written("album/a/b/p.png", "album/a/b/p_x2.png", output="album/a/b", skip_existing=False)


def test_pictures_of_one_name_never_clash_from_whichever_folders(album):
    assert written("album/a", "album/c") == {
        "album/a/p.png": ["out/a/p_x2.png"],
        "album/a/b/p.png": ["out/a/b/p_x2.png"],
        "album/c/p.jpg": ["out/c/p_x2.png"],
    }
    assert written("album/a/p.png", "album/c/p.jpg") == {
        "album/a/p.png": ["out/a/p_x2.png"],
        "album/c/p.jpg": ["out/c/p_x2.png"],
    }
    assert written("album/c/p.jpg", "album/c") == {"album/c/p.jpg": ["out/p_x2.png"]}


def test_names_say_factor_model_and_format(album):
    named = written("album/c", models=("a", "b"), kind="same", compare=True)
    assert named["album/c/p.jpg"] == ["out/p_a_x2.jpg", "out/p_b_x2.jpg", "out/p_x2-compare.png"]
    ((target, sheet),) = written("album/c", output="my.jpeg", compare=True).values()
    assert (target, sheet) == ("my.jpeg", "my-compare.png")
    assert written("album/c", output="of.2026")["album/c/p.jpg"] == ["of.2026/p_x2.png"]


def test_what_is_there_is_no_obstacle_to_the_rest(album):
    Path("out/c").mkdir(parents=True)
    Path("out/c/p_x2.png").touch()
    planned = plan([album / "a", album / "c"], Wanted(Path("out"), "x2"))
    assert len(planned.jobs) == 2
    assert list(planned.refused.values()) == [
        "out/c/p_x2.png is there already: add --force to replace it"
    ]
    planned = plan([album / "a", album / "c"], Wanted(Path("out"), "x2", skip_existing=True))
    assert (len(planned.jobs), planned.refused, planned.kept) == (2, {}, 1)
    with pytest.raises(UserError, match="is there already"):
        plan([album / "c/p.jpg"], Wanted(Path("out/c"), "x2"))


def test_a_rehearsal_writes_nothing_and_names_everything(small, album):
    before = sorted(album.rglob("*"))
    code, told = enlarged(small, album / "a", "--dry-run", "--scale", "1.5")
    assert code == 0
    assert "would write album/a/b/p.png -> output/b/p_x1.5.png" in told
    assert sorted(album.rglob("*")) == before
    assert not Path("output").exists()


def test_a_jpeg_may_stay_one_and_is_no_larger_than_needed(small, tmp_path):
    smooth = np.add.outer(np.arange(60), np.arange(80)).astype(np.uint8)
    Image.fromarray(smooth).save(tmp_path / "p.jpg", quality=90)
    Image.fromarray(smooth).save(tmp_path / "q.bmp")
    code, told = enlarged(small, tmp_path, "-o", tmp_path / "out", "--format", "same")
    assert code == 0, told
    assert opened(tmp_path / "out" / "p_x2.jpg").format == "JPEG"
    assert opened(tmp_path / "out" / "q_x2.bmp").format == "BMP"
    enlarged(small, tmp_path / "p.jpg", "-o", tmp_path / "plain.png")
    enlarged(small, tmp_path / "p.jpg", "-o", tmp_path / "finest.jpg")
    exact = np.asarray(opened(tmp_path / "plain.png"), float)
    off = np.asarray(opened(tmp_path / "out" / "p_x2.jpg"), float) - exact
    assert np.sqrt((off**2).mean()) <= 2
    sizes = [(tmp_path / name).stat().st_size for name in ("out/p_x2.jpg", "finest.jpg")]
    assert sizes[0] < 0.7 * sizes[1]


def test_a_result_says_what_made_it(small, tmp_path):
    Image.new("RGB", (6, 4)).save(tmp_path / "p.png")
    enlarged(small, tmp_path / "p.png", "-o", tmp_path / "q.png")
    software = opened(tmp_path / "q.png").getexif()[0x0131]
    digest = hashlib.sha256(small.read_bytes()).hexdigest()
    assert software == f"Shoal {shoal.__version__}; small x2; x2 sha256:{digest}"
