"""Reading pictures: every kind, and whatever only pretends to be one."""

import io

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from shoal.errors import UserError
from shoal.pictures import colour, images, levels


def saved(tmp_path, image, name="p.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


def test_grey_is_its_own_luma_unscaled(tmp_path):
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    pixels = images.read(saved(tmp_path, Image.fromarray(grey))).pixels
    assert torch.equal(colour.luma(pixels)[0, 0], torch.from_numpy(grey).double())


def test_grey_stored_as_rgb_goes_through_the_formula():
    white = np.full((2, 2, 3), 255, np.uint8)
    assert colour.luma(white).unique().tolist() == [235.0]
    assert colour.luma(np.zeros_like(white)).unique().tolist() == [16.0]


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [((255, 0, 0), 81.481), ((0, 255, 0), 144.553), ((0, 0, 255), 40.966)],
)
def test_luma_has_matlabs_coefficients(rgb, expected):
    assert colour.luma(np.array([[rgb]], np.uint8)).item() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("shape", [(7, 5, 3), (7, 5), (1, 40, 3), (0, 5, 3)])
def test_luma_made_a_few_rows_at_a_time_is_the_whole_pictures_to_the_bit(shape, monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    planes = levels.levels(pixels)
    whole = planes if len(shape) == 2 else colour.ycbcr(planes)[:, :1]
    held, make = [], levels.levels
    monkeypatch.setattr(colour, "levels", lambda band: held.append(band.shape[0]) or make(band))
    monkeypatch.setattr(colour, "BAND", 12)
    assert torch.equal(colour.luma(pixels), whole)
    assert max(held, default=0) <= 2  # a file that claims a huge picture asks for no more than it


def test_ycbcr_and_back_is_the_identity():
    rgb = torch.rand(2, 3, 5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(colour.rgb(colour.ycbcr(rgb * 255)), rgb * 255, atol=1e-9)


@pytest.mark.data
def test_bridge_is_grey_and_man_is_grey_stored_as_rgb(shoal_data):
    bridge = images.read(shoal_data / "Set14" / "bridge.bmp").pixels
    man = images.read(shoal_data / "Set14" / "man.bmp").pixels
    assert bridge.ndim == 2
    assert man.ndim == 3
    assert (man == man[..., :1]).all()


def test_sixteen_bits_keep_their_precision(tmp_path):
    deep = np.array([[0, 1, 32768, 65535]], np.uint16)
    pixels = images.read(saved(tmp_path, Image.fromarray(deep))).pixels
    assert pixels.dtype == np.uint16
    assert colour.luma(pixels).flatten().tolist() == pytest.approx(
        [0, 255 / 65535, 32768 * 255 / 65535, 255]
    )


def test_palette_cmyk_and_transparent_pictures_become_rgb(tmp_path):
    red = Image.new("RGB", (4, 3), (255, 0, 0))
    kept = {
        "p.png": red.convert("P"),
        "a.png": red.convert("RGBA"),
        "c.tif": red.convert("CMYK"),
    }
    for name, image in kept.items():
        pixels = images.read(saved(tmp_path, image, name)).pixels
        assert pixels.shape == (3, 4, 3), name
        assert abs(int(pixels[0, 0, 0]) - 255) <= 1, name


def test_transparency_is_kept_beside_the_colours(tmp_path):
    image = Image.new("RGBA", (2, 2), (10, 20, 30, 40))
    picture = images.read(saved(tmp_path, image))
    assert picture.pixels[0, 0].tolist() == [10, 20, 30]
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 40


def test_exif_orientation_is_applied_once_and_taken_out(tmp_path):
    image = Image.new("L", (4, 2), 0)
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    picture = images.read(saved(tmp_path, image, "o.jpg", exif=exif))
    assert picture.pixels.shape == (4, 2)
    read_back = Image.Exif()
    read_back.load(picture.exif)
    assert 0x0112 not in read_back


@pytest.mark.parametrize("name", ["absent.png", "empty.png", "text.png", "cut.png"])
def test_what_is_no_picture_is_refused_by_name(tmp_path, name):
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture")
    whole = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(whole, "PNG")
    (tmp_path / "cut.png").write_bytes(whole.getvalue()[:1000])
    with pytest.raises(UserError, match=name):
        images.read(tmp_path / name)


def test_a_picture_above_the_limit_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_MAX_PIXELS", "99")
    with pytest.raises(UserError, match="SHOAL_MAX_PIXELS"):
        images.read(saved(tmp_path, Image.new("L", (10, 10))))


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp", "a.tif"])
def test_animations_are_refused(tmp_path, name):
    frames = [Image.new("L", (3, 3), value) for value in (0, 255)]
    path = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:])
    with pytest.raises(UserError, match="2 frames"):
        images.read(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.5])
def test_floating_point_is_refused_whatever_it_holds(tmp_path, value):
    image = Image.fromarray(np.full((4, 4), value, np.float32))
    with pytest.raises(UserError, match=r"f\.tif.*save it with 8 or 16 bits"):
        images.read(saved(tmp_path, image, "f.tif"))


@pytest.mark.parametrize("size", [(1, 1), (20_000, 1), (1, 20_000)])
def test_the_smallest_and_the_thinnest_pictures_are_read(tmp_path, size):
    pixels = images.read(saved(tmp_path, Image.new("RGB", size, (9, 9, 9)))).pixels
    assert pixels.shape == (size[1], size[0], 3)
    assert colour.luma(pixels).shape == (1, 1, size[1], size[0])


def test_what_is_no_file_is_refused_by_name(tmp_path):
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "folder.png").mkdir()
    for name in ("loop.png", "folder.png"):
        with pytest.raises(UserError, match=name):
            images.read(tmp_path / name)


def test_a_wrong_extension_does_not_matter(tmp_path):
    Image.new("L", (3, 5)).save(tmp_path / "photo.jpg", "PNG")
    assert images.read(tmp_path / "photo.jpg").pixels.shape == (5, 3)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """A file to be damaged; a hundred bytes of it that claim a huge picture are refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOAL_MAX_PIXELS", "1M")
        yield tmp_path_factory.mktemp("fuzz") / "f"


def outcome(path, content):
    path.write_bytes(content)
    try:
        return images.read(path)
    except UserError as error:
        return error


def check_decoded_or_refused(path, content):
    found = outcome(path, content)
    if isinstance(found, UserError):
        assert "\n" not in str(found)
    else:
        assert colour.luma(found.pixels).isfinite().all()


@settings(max_examples=150)
@given(
    st.sampled_from(["PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP", "PPM", "ICO", "TGA", "PCX"]),
    st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"]),
    st.floats(0, 1),
    st.binary(max_size=64),
)
@example("TIFF", "F", 1.0, b"")  # was read as black
@example("TIFF", "I", 1.0, b"")
def test_damaged_bytes_are_decoded_or_refused_and_nothing_else(noisy, kind, mode, at, noise):
    whole = io.BytesIO()
    try:
        Image.new(mode, (9, 7)).save(whole, kind)
    except (OSError, ValueError):  # a kind that can't hold this mode
        return
    damaged = bytearray(whole.getvalue())
    start = int(at * len(damaged))
    damaged[start : start + len(noise)] = noise
    check_decoded_or_refused(noisy, damaged)


@settings(max_examples=100)
@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\0", b"GIF89a", b"RIFF", b"P6 "]
    ),
    st.binary(max_size=100),
)
def test_bytes_that_only_begin_like_a_picture_are_refused(noisy, magic, rest):
    check_decoded_or_refused(noisy, magic + rest)


def test_a_written_picture_is_read_back_the_same_and_leaves_nothing_beside(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    images.write_png(tmp_path / "new" / "p.png", pixels)
    assert (images.read(tmp_path / "new" / "p.png").pixels == pixels).all()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["p.png"]


@pytest.mark.parametrize("mode", ["RGB", "L", "I;16"])
def test_an_image_without_pixels_is_refused(mode):
    with pytest.raises(UserError, match=r"^an image of 0 x 4 pixels: there is nothing in it$"):
        images.decode(Image.new(mode, (0, 4)))
