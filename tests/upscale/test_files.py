"""Files: every format in and out, and what they carry beside pixels."""

from unittest.mock import ANY

import numpy as np
import pytest
from PIL import Image, ImageCms

import shoal
from helpers.enlarging import enlarged, opened, pixels
from helpers.files import chunk, packed_profile, png, profile
from shoal.pictures import writing
from shoal.pictures.images import Picture, read


@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 70), (2, 3)])
def test_the_thinnest_pictures_work(small, tmp_path, size):
    Image.new("RGB", size, (9, 99, 200)).save(tmp_path / "thin.png")
    done = enlarged(small, tmp_path / "thin.png", "-o", tmp_path / "out", "--compare")
    assert done[0] == 0, done
    assert opened(tmp_path / "out" / "thin_x2.png").size == (2 * size[0], 2 * size[1])


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *[(f"p.{suffix}", "RGB") for suffix in ("jpg", "png", "webp", "tif", "bmp")],
        *[(f"p.{suffix}", "L") for suffix in ("jpg", "png", "tif", "bmp")],
        *[(f"p.{suffix}", "RGBA") for suffix in ("png", "webp", "tif")],
        *[("p.png", "LA"), ("p.png", "P"), ("p.gif", "P"), ("p.jpg", "CMYK"), ("p.png", "1")],
    ],
)
def test_every_kind_of_picture_goes_in_and_png_comes_out(small, tmp_path, name, mode):
    image = Image.effect_noise((12, 10), 90).convert(mode)
    if "A" in mode:
        image.putalpha(100)
    image.save(tmp_path / name)
    assert enlarged(small, tmp_path / name, "-o", tmp_path / "out")[0] == 0
    written = opened(tmp_path / "out" / "p_x2.png")
    kept = {"CMYK": "RGB", "1": "L", "P": "RGB"}.get(mode, mode)
    assert (written.format, written.size) == ("PNG", (24, 20))
    assert written.mode == kept


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits_stay_sixteen(small, tmp_path, channels, name):
    deep = pixels(11, 9, channels, dtype=np.uint16)
    colours, alpha = (deep[..., 0] if channels < 3 else deep[..., :3]), None
    if channels % 2 == 0:
        alpha = deep[..., -1]
    writing.write(tmp_path / name, Picture(colours, alpha))
    assert (read(tmp_path / name).pixels == colours).all()
    assert enlarged(small, tmp_path / name, "-o", tmp_path / "out" / name)[0] == 0
    sr = read(tmp_path / "out" / name)
    assert sr.pixels.dtype == np.uint16
    expected = shoal.load(small, runtime="torch").picture(Picture(colours, alpha))
    assert (sr.pixels == expected.pixels).all()
    assert (sr.alpha is None) == (alpha is None)
    assert alpha is None or (sr.alpha == expected.alpha).all()


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_profile_and_exif_survive_and_the_orientation_is_applied_once(small, tmp_path, suffix):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6  # to be turned by 90 degrees
    exif.get_ifd(0x8769).update({0x9003: "2026:01:02 03:04:05", 0xA002: 16})
    source = tmp_path / "p.jpg"
    Image.effect_noise((16, 8), 50).convert("RGB").save(source, exif=exif, icc_profile=profile)
    target = tmp_path / f"out.{suffix}"
    assert enlarged(small, source, "-o", target)[0] == 0
    written = opened(target)
    tags = written.getexif()
    assert written.size == (16, 32)
    assert written.info["icc_profile"] == profile
    assert (tags[0x010F], tags.get(0x0112)) == ("Maker", None)
    inner = tags.get_ifd(0x8769)
    assert (inner[0x9003], inner[0xA002]) == ("2026:01:02 03:04:05", 16)


def test_a_tiff_files_layout_does_not_go_into_the_exif(small, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    Image.new("RGB", (40, 30)).save(tmp_path / "p.tif", exif=exif)
    assert enlarged(small, tmp_path / "p.tif", "-o", tmp_path / "p.png")[0] == 0
    assert dict(opened(tmp_path / "p.png").getexif()) == {0x010F: "Maker", 0x0131: ANY}


def test_the_format_is_what_the_name_or_the_option_says(small, tmp_path):
    Image.new("RGB", (6, 4)).save(tmp_path / "p.png")
    enlarged(small, tmp_path / "p.png", "-o", tmp_path / "q.webp")
    assert opened(tmp_path / "q.webp").format == "WEBP"
    enlarged(small, tmp_path / "p.png", "-o", tmp_path / "out", "--format", "jpg")
    assert opened(tmp_path / "out" / "p_x2.jpg").format == "JPEG"
    code, told = enlarged(small, tmp_path / "p.png", "-o", tmp_path / "r.jpg", "--format", "png")
    assert (code, "r.jpg doesn't fit --format png" in told) == (2, True)


def test_sixteen_bits_become_eight_where_the_format_has_no_more(small, tmp_path):
    writing.write(tmp_path / "deep.png", Picture(np.full((4, 4, 3), 30000, np.uint16)))
    writing.write(tmp_path / "p.bmp", read(tmp_path / "deep.png"))
    assert read(tmp_path / "p.bmp").pixels.flatten().tolist() == [117] * 48  # 30000 / 257


def test_transparency_is_not_dropped_in_silence(small, tmp_path):
    Image.new("RGBA", (4, 4)).save(tmp_path / "p.png")
    code, told = enlarged(small, tmp_path / "p.png", "-o", tmp_path / "q.jpg")
    assert (code, "JPEG can't hold a transparent picture: --format png" in told) == (1, True)


def test_what_can_not_be_written_leaves_nothing(small, tmp_path):
    Image.new("L", (9000, 1)).save(tmp_path / "long.png")  # WebP ends at 16,383 pixels
    code, told = enlarged(small, tmp_path / "long.png", "-o", tmp_path / "out" / "p.webp")
    assert (code, "p.webp can't be written" in told) == (1, True)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("bits", [8, 16])
def test_a_profile_longer_than_a_megabyte_is_kept(small, tmp_path, bits):
    icc = profile(b"RGB ", 1 << 21)
    rgb = pixels(5, 6, 3) if bits == 8 else pixels(5, 6, 3, dtype=np.uint16)
    path = png(tmp_path / "p.png", rgb, bits, packed_profile(icc))
    assert enlarged(small, path, "-o", tmp_path / "out.png")[0] == 0
    assert read(tmp_path / "out.png").icc == icc


@pytest.mark.parametrize("bits", [8, 16])
def test_how_levels_are_to_be_shown_is_kept_or_said_to_be_lost(small, tmp_path, bits):
    tones = {b"gAMA": (100000).to_bytes(4, "big"), b"cICP": bytes([9, 16, 0, 1])}
    side = b"".join(chunk(*each) for each in tones.items())
    rgb = pixels(5, 6, 3) if bits == 8 else pixels(5, 6, 3, dtype=np.uint16)
    path = png(tmp_path / "p.png", rgb, bits, side)
    assert enlarged(small, path, "-o", tmp_path / "out.png")[0] == 0
    assert read(tmp_path / "out.png").tones == tones
    code, told = enlarged(small, path, "-o", tmp_path / "out.jpg")
    assert (code, "JPEG can't hold PNG's gAMA and cICP" in told) == (0, True), told


def test_notes_of_what_is_left_out_are_said(small, tmp_path):
    icc = profile(b"CMYK")
    Image.fromarray(pixels(8, 8, 3)).convert("CMYK").save(tmp_path / "p.jpg", icc_profile=icc)
    code, told = enlarged(small, tmp_path / "p.jpg", "-o", tmp_path / "out.png")
    assert code == 0
    assert "p.jpg: the colour profile describes CMYK and is left out" in told
