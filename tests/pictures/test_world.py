"""Files from the world: each has its right values, and nothing beside the pixels spoils them."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from helpers.enlarging import opened, pixels
from helpers.files import chunk, png, profile
from shoal.data.sets import folder_set
from shoal.errors import UserError
from shoal.evaluation.saved import score
from shoal.pictures import depth, writing
from shoal.pictures.images import Picture, decode, read, size


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_value_of_grey_counts_in_the_files_own_depth(tmp_path, bits):
    top = 2**bits - 1
    grey = np.arange(64).reshape(8, 8) * (top // 63 or 1) % (top + 1)
    key = int(grey[3, 2])
    path = png(tmp_path / "p.png", grey, bits, chunk(b"tRNS", key.to_bytes(2, "big")))
    found = read(path)
    white = np.iinfo(found.pixels.dtype).max
    assert white == (65535 if bits == 16 else 255)
    assert (found.pixels == grey * (white // top)).all()
    assert (found.alpha == np.where(grey == key, 0, white)).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_so_does_a_transparent_colour(tmp_path, bits):
    rgb = pixels(4, 5, 3) if bits == 8 else pixels(4, 5, 3, dtype=np.uint16)
    key = b"".join(int(value).to_bytes(2, "big") for value in rgb[2, 3])
    found = read(png(tmp_path / "p.png", rgb, bits, chunk(b"tRNS", key)))
    expected = np.full((4, 5), 2**bits - 1)
    expected[2, 3] = 0
    assert (found.pixels == rgb).all()
    assert (found.alpha == expected).all()


def test_a_palette_of_four_bits_has_an_opacity_for_each_entry(tmp_path):
    palette = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0, 0, 0, 255]))
    index = np.array([[0, 1, 2]])
    found = read(
        png(tmp_path / "p.png", index, 4, palette + chunk(b"tRNS", bytes([0, 99])), colour=3)
    )
    assert found.pixels.tolist() == [[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]
    assert found.alpha.tolist() == [[0, 99, 255]]


@pytest.mark.parametrize("most", [1023, 65535])
@pytest.mark.parametrize("channels", [1, 3])
def test_netpbm_of_more_than_eight_bits_keeps_them(tmp_path, most, channels):
    values = pixels(4, 5, channels, dtype=np.uint16).astype(int) % (most + 1)
    header = f"{{}}\n# a comment\n5 4\n{most}\n"
    binary, plain = (("P5", "P2"), ("P6", "P3"))[channels == 3]
    (tmp_path / "b.ppm").write_bytes(
        header.format(binary).encode() + values.astype(">u2").tobytes()
    )
    words = " ".join(map(str, values.flatten()))
    (tmp_path / "p.ppm").write_text(header.format(plain) + words + " # the end")
    expected = np.floor(values.squeeze() * (65535 / most) + 0.5)
    for name in ("b.ppm", "p.ppm"):
        found = read(tmp_path / name)
        assert found.pixels.dtype == np.uint16
        assert (found.pixels == expected).all()


def test_lab_and_hsv_are_colours_of_which_none_is_opacity():
    red = Image.new("RGB", (4, 3), (200, 40, 30))
    lab = ImageCms.profileToProfile(
        red, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    for image in (lab, red.convert("HSV"), red.convert("YCbCr")):
        found = decode(image)
        assert found.alpha is None
        assert np.abs(found.pixels.astype(int) - (200, 40, 30)).max() <= 4, image.mode


def test_premultiplied_images_lose_what_opacity_did_to_them():
    for mode, given in (("LA", (200, 100)), ("RGBA", (200, 100, 50, 100))):
        image = Image.new(mode, (3, 2), given)
        found = decode(image.convert({"LA": "La", "RGBA": "RGBa"}[mode]))
        assert np.abs(found.pixels[0, 0].astype(int) - given[:-1]).max() <= 2
        assert found.alpha.tolist() == [[100] * 3] * 2


def test_a_profile_that_describes_other_colours_is_left_out_with_a_word(tmp_path):
    image = Image.fromarray(pixels(8, 8, 3))
    for mode, space, kept in (
        ("RGB", b"RGB ", True),
        ("L", b"GRAY", True),
        ("L", b"RGB ", False),
        ("CMYK", b"CMYK", False),
        ("CMYK", b"RGB ", False),
    ):
        icc = profile(space)
        image.convert(mode).save(tmp_path / "p.jpg", icc_profile=icc)
        found = read(tmp_path / "p.jpg")
        assert found.icc == (icc if kept else None), (mode, space)
        assert any("profile" in note for note in found.notes) != kept


def mpo(path):
    first, second = (Image.fromarray(pixels(24, 20, 3)) for _ in range(2))
    first.save(path, "MPO", save_all=True, append_images=[second], quality=100, subsampling=0)
    plain = path.with_name("first.jpg")
    first.save(plain, quality=100, subsampling=0)
    return read(plain).pixels


def test_of_a_phones_two_pictures_the_first_is_taken_also_for_training_and_scores(tmp_path):
    (tmp_path / "set").mkdir()
    expected = mpo(tmp_path / "set" / "p.jpg")
    (tmp_path / "set" / "first.jpg").unlink()
    assert (read(tmp_path / "set" / "p.jpg").pixels == expected).all()
    assert [file.name for file in folder_set(tmp_path / "set", "mine").files] == ["p.jpg"]
    writing.write(tmp_path / "p.png", Picture(expected))
    *_, mean = score(tmp_path / "p.png", tmp_path / "set" / "p.jpg", 2, "rgb")
    assert mean["psnr"] == np.inf


NOISE = np.random.default_rng(1).bytes(1 << 21)
SPOILED = {
    "a long text": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1 << 21))),
    "a long text that would tell how it lies": chunk(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(1 << 21))
    ),
    "a damaged text": chunk(b"tEXt", b"Author\0me", damaged=True),
    "a damaged profile": chunk(b"iCCP", b"name\0\0" + NOISE[:99]),
    "damaged EXIF": chunk(b"eXIf", NOISE[:99]),
    "EXIF with a wrong sum": chunk(b"eXIf", b"MM\0*", damaged=True),
    "a damaged gamma": chunk(b"gAMA", b"\0"),
    "a damaged size": chunk(b"pHYs", b"", damaged=True),
    "ImageMagick's EXIF in letters": chunk(b"tEXt", b"Raw profile type exif\0\nexif\n9\nzz"),
}


@pytest.mark.parametrize("what", SPOILED)
@pytest.mark.parametrize("place", ["before", "after"])
def test_what_lies_beside_the_pixels_makes_no_good_picture_a_bad_one(tmp_path, what, place):
    rgb = pixels(5, 6, 3)
    path = png(tmp_path / "p.png", rgb, 8, **{place: SPOILED[what]})
    found = read(path)
    assert (found.pixels == rgb).all()
    assert size(path) == (6, 5)
    assert (found.icc, found.exif, found.tones) == (None, b"", {})
    kept = "text" not in what and "size" not in what
    assert bool(found.notes) == kept, found.notes


def test_what_says_no_more_than_srgb_is_lost_without_a_word(tmp_path):
    gamma, codes = (45455).to_bytes(4, "big"), bytes([1, 13, 0, 1])
    rgb = pixels(5, 6, 3)
    for tones in ({b"gAMA": gamma}, {b"sRGB": b"\0", b"gAMA": b"\0\0\0\1"}, {b"cICP": codes}):
        assert writing.write(tmp_path / "p.jpg", Picture(rgb, tones=tones)) == []


def test_exif_too_long_for_the_format_is_left_out_with_a_word(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "m" * 70000
    picture = Picture(pixels(5, 6, 3), exif=exif.tobytes())
    assert writing.write(tmp_path / "p.jpg", picture) == ["JPEG has no room for the EXIF: left out"]
    assert opened(tmp_path / "p.jpg").size == (6, 5)
    assert writing.write(tmp_path / "p.webp", picture) == []


def test_damaged_exif_of_a_jpeg_is_left_out_with_a_word(tmp_path):
    rgb = Image.fromarray(pixels(8, 8, 3))
    rgb.save(tmp_path / "p.jpg", exif=b"Exif\0\0" + NOISE[:300])
    assert read(tmp_path / "p.jpg").notes == ("EXIF is damaged and left out",)
    assert size(tmp_path / "p.jpg") == (8, 8)


def test_samples_of_which_pillow_would_lose_half_are_refused(tmp_path):
    head = b"\x01\xda\0\2" + b"\0\3" + b"\0\2\0\2\0\3" + bytes(500)
    (tmp_path / "p.sgi").write_bytes(head + bytes(24))
    with pytest.raises(UserError, match=r"p\.sgi: SGI samples of the kind .*SGI16"):
        read(tmp_path / "p.sgi")


def test_grey_jpeg_2000_of_twelve_bits_fills_its_range(tmp_path):
    values = np.linspace(0, 4095, 256).round().astype(np.uint16).reshape(16, 16)
    # Written with 16 bits around their middle, read with 12 around theirs.
    Image.fromarray(values + (32768 - 2048)).save(tmp_path / "p.jp2", irreversible=False)
    content = (tmp_path / "p.jp2").read_bytes()
    place = content.index(b"ihdr") + 14
    assert content[place] == 15
    content = content[:place] + b"\x0b" + content[place + 1 :]
    place = content.index(b"\xff\x4f\xff\x51") + 4 + 38
    assert content[place] == 15
    (tmp_path / "p.jp2").write_bytes(content[:place] + b"\x0b" + content[place + 1 :])
    found = read(tmp_path / "p.jp2").pixels
    assert (found == np.floor(values * (65535 / 4095) + 0.5)).all()


def test_colours_of_more_than_eight_bits_that_pillow_cuts_are_named(tmp_path):
    Image.fromarray(pixels(16, 16, 3)).save(tmp_path / "p.avif")
    content = (tmp_path / "p.avif").read_bytes()
    assert read(tmp_path / "p.avif").notes == ()
    place = content.index(b"pixi") + 9
    for bits in (8, 10, 12):
        file = io.BytesIO(content[:place] + bytes([bits]) + content[place + 1 :])
        assert depth.bits(file, content[:16]) == bits
