"""One limit of size, and one list of what is read."""

import errno

import pytest
from PIL import Image

from shoal.data.sets import folder_set
from shoal.errors import UserError
from shoal.pictures import finding, formats, images, limits


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("", limits.MAX_PIXELS),
        (" ", limits.MAX_PIXELS),
        ("1e9", 10**9),
        ("500M", 5 * 10**8),
        ("1.5g", 15 * 10**8),
        ("20k", 20000),
        ("1_000", 1000),
    ],
)
def test_the_limit_is_spelled_as_people_spell_it(monkeypatch, said, most):
    monkeypatch.setenv("SHOAL_MAX_PIXELS", said)
    assert limits.max_pixels() == most


@pytest.mark.parametrize("said", ["many", "-5", "0", "nan", "inf", "M", "1e400"])
def test_a_limit_that_is_none_is_told_as_itself(monkeypatch, tmp_path, said):
    Image.new("L", (2, 2)).save(tmp_path / "p.png")
    monkeypatch.setenv("SHOAL_MAX_PIXELS", said)
    words = f"SHOAL_MAX_PIXELS={said} is no number of pixels: say 500M or 1e9"
    with pytest.raises(UserError, match=f"^{words}$"):
        images.read(tmp_path / "p.png")


@pytest.mark.parametrize("name", ["p.png", "p.jpg", "p.tif", "p.ppm", "p.jp2"])
def test_pillows_own_limit_does_not_speak_and_stays(monkeypatch, tmp_path, name):
    how = {"compression": "tiff_lzw"} if name == "p.tif" else {}
    Image.new("RGB", (40, 30)).save(tmp_path / name, **how)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert images.read(tmp_path / name).pixels.shape == (30, 40, 3)
    assert images.size(tmp_path / name) == (40, 30)
    with limits.pillows_aside():
        images.read(tmp_path / name)
        assert Image.MAX_IMAGE_PIXELS is None
    assert Image.MAX_IMAGE_PIXELS == 100
    monkeypatch.setenv("SHOAL_MAX_PIXELS", "1k")
    with pytest.raises(UserError, match=f"{name}: more than 1,000 pixels"):
        images.read(tmp_path / name)


def test_pillow_knows_every_name_of_the_list_and_ours_are_on_it():
    Image.init()
    known = Image.registered_extensions()
    for kind, suffixes in finding.READ.items():
        for suffix in suffixes:
            assert known[suffix] in (kind, "MPO"), suffix
    for kind in formats.FORMATS.values():
        assert set(kind.suffixes) <= set(finding.SUFFIXES)


@pytest.mark.parametrize("suffix", ["jfif", "avif", "jp2", "ppm", "mpo", "jpe", "qoi"])
def test_what_is_read_when_named_is_found_in_a_folder(tmp_path, suffix):
    path = tmp_path / f"p.{suffix}"
    Image.new("RGB", (16, 12), (90, 60, 30)).save(path)
    assert images.read(path).pixels.shape == (12, 16, 3)
    assert finding.pictures_in(tmp_path) == [path]
    assert [file.name for file in folder_set(tmp_path, "mine").files] == [path.name]


def test_what_is_left_out_of_a_folder_is_counted_in_one_line_and_once(tmp_path, capsys):
    for name in ("a.txt", "b.TXT", "c.heic", ".hidden", "bare", "p.png"):
        Image.new("L", (2, 2)).save(tmp_path / name, "PNG")
    (tmp_path / "more").mkdir()
    frames = [Image.new("L", (3, 3), value) for value in (0, 255)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    for _ in range(2):
        assert [file.name for file in folder_set(tmp_path, "mine").files] == ["p.png"]
    assert capsys.readouterr().err.splitlines() == [
        f"shoal: {tmp_path}: left out 1 .heic, 2 .txt, 1 folders, 1 without a suffix",
        f"shoal: {tmp_path}: left out 1 animations and several pages",
    ]


def test_bytes_of_a_kind_that_runs_programs_are_no_picture(tmp_path):
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n"
    (tmp_path / "p.png").write_bytes(postscript)
    with pytest.raises(UserError, match="not a picture"):
        images.read(tmp_path / "p.png")


def test_a_folder_that_can_not_be_read_is_named_with_the_reason(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)  # root may read every folder
    with pytest.raises(UserError, match=rf"^{tmp_path} can't be read \(Permission denied\)$"):
        finding.pictures_in(tmp_path)
