"""What is transparent: colours, opacity, and what shows on any ground."""

import numpy as np
import pytest
from PIL import Image

import shoal
from helpers.enlarging import bicubic, enlarged, pixels
from helpers.icons import icon, stored
from shoal.pictures import writing
from shoal.pictures.grounds import checkerboard, over
from shoal.pictures.images import Picture, read
from shoal.upscale.comparison import SQUARE

SCALE = 3
GROUNDS = {"black": 0.0, "grey": 0.5, "white": 1.0}
PART = {"black": 0.5, "grey": 1.0, "white": 0.5}  # of bicubic's error that ours may be
DRAWN = {shadow: icon(48, shadow=shadow) for shadow in (False, True)}


@pytest.fixture(scope="module")
def shipped():
    return shoal.load("eeds_fast", SCALE, runtime="torch")


def split(array):
    return Picture(array[..., :-1] if array.shape[2] > 2 else array[..., 0], array[..., -1])


def error(transparent, opaque, ground):
    return np.sqrt(((over(split(transparent), ground).astype(float) - opaque) ** 2).mean())


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("shadow", [False, True])
@pytest.mark.parametrize("hidden", [0, 255, "noise"])
def test_on_any_ground_it_looks_as_the_composite_enlarged(shipped, shadow, hidden, ground):
    level = GROUNDS[ground]
    under = pixels(48, 48, 3) if hidden == "noise" else hidden
    lr = stored(DRAWN[shadow], under)
    opaque = shipped(over(split(lr), level))
    side = 48 * SCALE
    pillow = Image.fromarray(lr).resize((side, side), Image.Resampling.BICUBIC)
    ours = error(shipped(lr), opaque, level)
    for bicubics in (np.asarray(pillow), bicubic(shipped)(lr)):
        assert ours <= PART[ground] * error(bicubics, opaque, level)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_lies_where_nothing_shows_does_not_matter(shipped, dtype):
    lr = stored(DRAWN[True], dtype=dtype)
    noisy = stored(DRAWN[True], pixels(48, 48, 3, dtype=dtype), dtype=dtype)
    assert (lr != noisy).any()
    assert (shipped(lr) == shipped(noisy)).all()


def test_the_file_of_a_palette_and_that_of_grey_look_as_their_pictures_do(shipped, tmp_path):
    palette = Image.new("P", (48, 48), 0)
    palette.putpalette([255, 0, 255, 10, 90, 200])
    disc = (stored(DRAWN[False])[..., 3] > 127).astype(np.uint8)
    palette.paste(1, mask=Image.fromarray(disc * 255))
    palette.save(tmp_path / "p.png", transparency=0)
    blue = np.dstack([disc * 10, disc * 90, disc * 200, disc * 255])
    assert np.array_equal(np.asarray(shipped(tmp_path / "p.png")), shipped(blue))
    coverage = stored(DRAWN[True])
    grey = Image.fromarray(coverage[..., [0, 3]].copy())
    as_colours = shipped(coverage[..., [0, 0, 0, 3]])[..., [0, 3]]
    assert np.abs(np.asarray(shipped(grey)).astype(int) - as_colours).max() <= 1


def test_opacity_that_is_flat_stays_flat(shipped):
    lr = pixels(30, 40, 4)
    lr[..., 3] = 255
    assert (shipped(lr) == np.dstack([shipped(lr[..., :3]), np.full((90, 120), 255)])).all()
    lr[..., 3] = 100
    assert (shipped(lr)[..., 3] == 100).all()
    lr[..., 3] = 0
    assert not shipped(lr).any()


def test_sixteen_bits_show_what_eight_do(shipped):
    wide = shipped(stored(DRAWN[True], dtype=np.uint16)) / 257
    eight = shipped(stored(DRAWN[True]))
    for ground in GROUNDS.values():
        composites = [
            over(split(each), ground) for each in (np.round(wide).astype(np.uint8), eight)
        ]
        assert np.abs(composites[0].astype(int) - composites[1]).mean() < 0.5


def test_tiles_show_no_seam_where_it_is_transparent(shipped):
    lr = stored(DRAWN[True])
    tiled = shoal.load("eeds_fast", SCALE, runtime="torch", tile=shipped.reach * 2 + 9)
    assert len(tiled.tiles(48, 48)) > 4
    assert np.abs(tiled(lr).astype(int) - shipped(lr)).max() <= 1


def test_the_comparison_shows_a_checkerboard(small, tmp_path):
    picture = np.zeros((20, 20, 4), np.uint8)
    writing.write(tmp_path / "p.png", split(picture))
    assert enlarged(small, tmp_path / "p.png", "-o", tmp_path / "out", "--compare")[0] == 0
    sheet = read(tmp_path / "out" / "p_x2-compare.png").pixels
    board = np.floor(checkerboard(40, 40, 2 * SQUARE) * 255 + 0.5)
    for x in (24, 24 + 160 + 24):
        found = sheet[40:80, x : x + 40]
        assert (found == board[..., None]).all(-1).mean() > 0.7  # all but the frame
