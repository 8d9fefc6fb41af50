"""TIFF files as other programs write them: each sample has its right value."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from helpers.enlarging import pixels
from helpers.files import profile, tags
from shoal.errors import UserError
from shoal.pictures.images import read, size

DEEP = np.uint16


def written(path, array, **how):
    tifffile.imwrite(path, array, **({"photometric": "rgb", "metadata": None} | how))
    return path


def planes(array):
    return np.ascontiguousarray(np.moveaxis(array, -1, 0))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize(
    "how",
    [
        {"rowsperstrip": 5},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"tile": (16, 16)},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_rgb_is_read_whatever_its_layout(tmp_path, order, planar, how, dtype):
    rgb = pixels(23, 37, 3, dtype=dtype)
    stored = rgb if planar == "contig" else planes(rgb)
    path = written(tmp_path / "p.tif", stored, planarconfig=planar, byteorder=order, **how)
    found = read(path)
    assert found.pixels.dtype == dtype
    assert (found.pixels == rgb).all()
    assert (found.alpha, size(path)) == (None, (37, 23))


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
def test_grey_of_sixteen_bits_is_read_whatever_its_compression(tmp_path, compression):
    grey = np.sort(pixels(9, 300, dtype=DEEP), 1)
    Image.fromarray(grey).save(tmp_path / "p.tif", compression=compression)
    assert (read(tmp_path / "p.tif").pixels == grey).all()


def test_white_may_be_zero(tmp_path):
    grey = pixels(9, 7, dtype=DEEP)
    path = written(tmp_path / "p.tif", 65535 - grey, photometric="miniswhite")
    assert (read(path).pixels == grey).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_the_extra_channel_is_what_the_file_says(tmp_path, dtype, colours, planar):
    stored = pixels(23, 37, colours + 1, dtype=dtype)
    top = np.iinfo(dtype).max
    stored[0, 0], stored[0, 1] = top, 0
    photometric = "rgb" if colours == 3 else "minisblack"
    array = stored if planar == "contig" else planes(stored)
    how = {"photometric": photometric, "planarconfig": planar}
    given, opacity = stored[..., :colours].squeeze(), stored[..., -1]
    straight = read(written(tmp_path / "s.tif", array, extrasamples=["unassalpha"], **how))
    assert (straight.pixels == given).all()
    assert (straight.alpha == opacity).all()
    unknown = read(written(tmp_path / "u.tif", array, extrasamples=["unspecified"], **how))
    assert (unknown.pixels == given).all()
    assert (unknown.alpha, unknown.notes) == (None, ("1 extra channel left out",))
    divided = stored.astype(float)
    divided[..., :-1] *= opacity[..., None] / top  # now no colour is larger than its opacity
    multiplied = np.round(divided).astype(dtype)
    array = multiplied if planar == "contig" else planes(multiplied)
    found = read(written(tmp_path / "m.tif", array, extrasamples=["assocalpha"], **how))
    assert (found.alpha == opacity).all()
    again = found.pixels.reshape(23, 37, colours) * (opacity[..., None] / top)
    assert np.abs(again - multiplied[..., :-1]).max() <= 0.5 + 1e-6
    assert not found.pixels[0, 1].any()


def test_more_channels_than_four_keep_colours_and_opacity(tmp_path):
    stored = pixels(9, 7, 6, dtype=DEEP)
    kinds = ["unspecified", "unassalpha", "unspecified"]
    found = read(written(tmp_path / "p.tif", stored, extrasamples=kinds, planarconfig="contig"))
    assert (found.pixels == stored[..., :3]).all()
    assert (found.alpha == stored[..., 4]).all()
    assert found.notes == ("2 extra channels left out",)


def test_grey_of_twelve_bits_fills_its_range(tmp_path):
    facts = {256: 2, 257: 1, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 3}
    start = b"II*\0" + (12).to_bytes(4, "little") + bytes.fromhex("fff800") + b"\0"
    (tmp_path / "p.tif").write_bytes(start + tags(facts))
    assert read(tmp_path / "p.tif").pixels.tolist() == [[65535, round(0x800 * 65535 / 4095)]]


def test_the_orientation_is_applied_once(tmp_path):
    rgb = pixels(4, 9, 3, dtype=DEEP)
    path = written(tmp_path / "p.tif", rgb, extratags=[(274, "H", 1, 6, True)])
    assert (read(path).pixels == np.rot90(rgb, -1)).all()
    assert size(path) == (4, 9)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_reduced_page_is_no_second_picture(tmp_path, dtype):
    rgb = pixels(20, 30, 3, dtype=dtype)
    for name, pages in (
        ("after", ((rgb, 0), (rgb[::4, ::4], 1))),
        ("before", ((rgb[::4], 1), (rgb, 0))),
    ):
        with tifffile.TiffWriter(tmp_path / f"{name}.tif") as file:
            for array, kind in pages:
                file.write(np.ascontiguousarray(array), photometric="rgb", subfiletype=kind)
        assert (read(tmp_path / f"{name}.tif").pixels == rgb).all()
        assert size(tmp_path / f"{name}.tif") == (30, 20)
    written(tmp_path / "reduced.tif", rgb, subfiletype=1)
    with pytest.raises(UserError, match=r"reduced\.tif: holds only a reduced picture"):
        read(tmp_path / "reduced.tif")


def test_ycbcr_keeps_the_profile_of_the_colours_that_it_becomes(tmp_path):
    icc = profile(b"RGB ")
    image = Image.fromarray(pixels(16, 16, 3))
    for name, how in (("jpeg", {"compression": "jpeg"}), ("raw", {})):
        path = tmp_path / f"{name}.tif"
        image.convert("YCbCr").save(path, icc_profile=icc, **how)
        assert read(path).icc == icc, name
    deep = written(tmp_path / "deep.tif", pixels(9, 7, 3, dtype=DEEP), iccprofile=icc)
    assert read(deep).icc == icc


@pytest.mark.parametrize("dtype", [np.int16, np.uint32, np.int32, np.float32])
def test_samples_of_other_kinds_are_refused(tmp_path, dtype):
    path = written(tmp_path / "p.tif", np.ones((5, 4), dtype), photometric="minisblack")
    with pytest.raises(UserError, match=r"p\.tif: .*save it with 8 or 16 bits"):
        read(path)


def test_a_page_that_is_cut_short_is_refused(tmp_path):
    path = written(tmp_path / "p.tif", pixels(40, 40, 3, dtype=DEEP))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"p\.tif"):
        read(path)


def test_a_tile_far_larger_than_its_picture_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    rgb = pixels(5, 7, 3, dtype=DEEP)
    path = written(tmp_path / "p.tif", rgb, tile=(64, 64), compression="zlib")
    assert (read(path).pixels == rgb).all()
    monkeypatch.setenv("SHOAL_MAX_PIXELS", "4000")
    with pytest.raises(UserError, match="more than 4,000 pixels"):
        read(path)
