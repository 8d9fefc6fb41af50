"""`shoal upscale`: what is skipped, refused and named."""

import os

import pytest
from PIL import Image

from helpers.enlarging import enlarged, opened
from shoal import cli
from shoal.cli.upscale import Kind, RuntimeName
from shoal.pictures import formats
from shoal.pictures.images import read
from shoal.upscale import runtimes
from shoal.upscale.naming import SAME


def test_what_is_broken_is_named_and_skipped_and_the_rest_goes_on(small, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    frames = [Image.new("L", (3, 3), value) for value in (0, 255)]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no picture")
    Image.effect_noise((64, 64), 50).save(folder / "whole.png")
    (folder / "cut.png").write_bytes((folder / "whole.png").read_bytes()[:900])
    Image.new("L", (9, 7)).save(folder / "wrong.jpg", "PNG")
    code, told = enlarged(small, folder, "-o", tmp_path / "out")
    assert code == 1
    there = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert there == ["whole_x2.png", "wrong_x2.png"]
    for name in (
        "animated.gif: 2 frames",
        "empty.png: not a",
        "text.jpg: not a",
        "cut.png: broken",
    ):
        assert name in told
    assert "4 of 6 pictures were skipped" in told


def test_a_picture_bomb_is_skipped(small, tmp_path, monkeypatch):
    Image.new("L", (10, 10)).save(tmp_path / "bomb.png")
    monkeypatch.setenv("SHOAL_MAX_PIXELS", "99")
    code, told = enlarged(small, tmp_path / "bomb.png", "-o", tmp_path / "out")
    assert (code, "bomb.png: more than 99 pixels" in told) == (1, True)
    assert not (tmp_path / "out").exists()


def refusals(folder):
    """What is refused before any work: arguments and the line."""
    picture = folder / "a.png"
    return [
        ([folder / "absent.png"], "absent.png: no such picture or folder"),
        ([folder / "bare"], "bare has no picture in it"),
        ([picture, folder / "a.bmp"], "would both become"),
        ([picture, folder / "b.png", "-o", folder / "c.png"], "is one file, but 2 pictures go in"),
        ([picture, "-o", picture, "--force"], "would replace a picture that goes in"),
        ([folder / "b.png", "-o", folder / "there"], "b_x2.png is there already: add --force"),
        ([picture, "--scale", "3"], "enlarges by 2, not by 3"),
        ([picture, "--tile", "3"], "a tile of 3 pixels is too small"),
        ([picture, "--tile", "big"], "--tile big is neither auto nor a number"),
        ([picture, "--model", "eeds"], "--weights a file of yours: give one of them"),
    ]


@pytest.mark.parametrize("number", range(10))
def test_each_mistake_is_one_line_and_nothing_is_written(small, tmp_path, number):
    for name in ("a.png", "b.png", "a.bmp"):
        Image.new("L", (6, 6)).save(tmp_path / name)
    for folder in ("bare", "there"):
        (tmp_path / folder).mkdir()
    (tmp_path / "there" / "b_x2.png").touch()
    arguments, line = refusals(tmp_path)[number]
    before = sorted(tmp_path.rglob("*"))
    if "-o" not in arguments:
        arguments += ["-o", tmp_path / "out"]
    code, told = enlarged(small, *arguments)
    assert (code, line in told, "\n" in told) == (2, True, False), told
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_can_not_be_read_is_named(small, tmp_path, monkeypatch):
    def denied(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", denied)
    assert enlarged(small, tmp_path) == (2, f"{tmp_path} can't be read (Permission denied)")


def test_with_force_a_file_is_replaced(small, tmp_path):
    Image.new("L", (6, 6)).save(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    assert enlarged(small, tmp_path / "a.png", "-o", tmp_path / "b.png", "--force")[0] == 0
    assert opened(tmp_path / "b.png").size == (12, 12)


def test_the_comparison_shows_what_both_wrote(small, tmp_path):
    Image.effect_noise((60, 60), 90).convert("RGB").save(tmp_path / "p.png")
    assert enlarged(small, tmp_path / "p.png", "-o", tmp_path / "out", "--compare")[0] == 0
    sheet = read(tmp_path / "out" / "p_x2-compare.png").pixels
    sr = read(tmp_path / "out" / "p_x2.png").pixels
    # 120 pixels fit as they are; the detail, all of them four-fold, makes the column wider.
    left, right = (sheet[40:160, x : x + 120] for x in (24, 24 + 480 + 24))
    assert (right == sr).all(axis=-1).mean() > 0.9  # all but the frame
    assert (left == sr).all(axis=-1).mean() < 0.9
    assert (sheet[201:681:4, 529:1009:4] == sr).all()


def test_the_command_line_offers_what_there_is():
    assert [kind.value for kind in Kind] == [*formats.FORMATS, SAME]
    assert [name.value for name in RuntimeName] == list(runtimes.NAMES)


def test_names_with_control_characters_are_escaped_on_the_screen(small, tmp_path, capsys):
    picture = tmp_path / "a\x1b[31m.png"
    Image.new("L", (9, 7)).save(picture)
    degraded = tmp_path / "lr"
    with pytest.raises(SystemExit):
        cli.app(["degrade", str(picture), "--scale", "2", "-o", str(degraded)])
    code, told = enlarged(small, picture, "-o", tmp_path / "out")
    said = capsys.readouterr().out + told
    assert code == 0
    assert "\x1b" not in said
    assert said.count("a\\x1b[31m.png -> ") == 2


@pytest.mark.parametrize("option", ["--tile", "--size"])
def test_numbers_that_nobody_reads_are_refused(small, tmp_path, option):
    Image.new("L", (9, 7)).save(tmp_path / "a.png")
    number = "9" * 5000 + ("x" if option == "--size" else "")
    code, told = enlarged(small, tmp_path / "a.png", option, number)
    assert code == 2
    assert option in told


def test_a_pipe_is_no_picture(small, tmp_path):
    os.mkfifo(tmp_path / "a.png")
    code, told = enlarged(small, tmp_path / "a.png", "-o", tmp_path / "out")
    assert code == 1
    assert "a.png: broken picture (not a regular file)" in told
