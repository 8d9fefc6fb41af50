"""Pictures chosen by a config: sets of the catalogue and folders, mixed; names that tables show."""

from pathlib import Path

import pytest
from PIL import Image

from helpers.composing import configured
from shoal.data import sets
from shoal.data.catalog import picture_set
from shoal.data.selection import Entry, select
from shoal.errors import UserError


def pictures(folder: Path, *shades: int) -> Path:
    folder.mkdir(parents=True)
    for shade in shades:
        Image.new("L", (8, 8), shade).save(folder / f"{shade:03d}.png")
    return folder


def test_sets_of_the_catalogue_and_folders_are_mixed(tmp_path: Path) -> None:
    more, faces = pictures(tmp_path / "more", 1, 2), pictures(tmp_path / "faces-2026", 3)
    tests: list[Entry] = ["Set5", str(more), {"faces": str(faces)}]
    chosen = select(["t91", str(more)], ["Set14"], tests)
    assert [each.name for each in chosen.test] == ["Set5", "more", "faces"]
    assert [len(each.files) for each in chosen.train] == [91, 2]
    digests = chosen.digests()
    assert digests["Set5"] == picture_set("Set5").digest
    assert set(digests) == {"train", "order", "val", "Set5", "more", "faces"}


def test_pictures_that_are_learnt_and_tested_are_counted_whatever_they_are_called(
    tmp_path: Path,
) -> None:
    one, other = pictures(tmp_path / "one", 1, 2), pictures(tmp_path / "other", 2, 3)
    chosen = select([str(one)], ["Set5"], ["Set5", str(other)])
    assert chosen.learnt() == {"other": 1}
    assert select(["T91"], ["T91Judge"], ["T91Judge"]).learnt() == {"T91Judge": 10}


def test_the_digest_of_a_mixture_is_its_content(tmp_path: Path) -> None:
    one, other = pictures(tmp_path / "one", 1, 2), pictures(tmp_path / "other", 1, 2)
    first, second = (select(["T91", str(f)], ["Set5"], ["Set5"]) for f in (one, other))
    alone = select(["T91"], ["Set5"], ["Set5"])
    assert first.digests()["train"] == second.digests()["train"] != alone.digests()["train"]


def test_a_word_in_a_list_is_a_set_first_and_then_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "Set5", 1)
    pictures(tmp_path / "photos", 2)
    chosen = select("photos", ["Set5"], ["Set5", "photos"])
    assert [len(each.files) for each in (*chosen.train, *chosen.val, *chosen.test)] == [1, 5, 5, 1]


def test_every_twentieth_of_a_mixture_is_held_out(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "few", *range(9))
    chosen = select(["T91", str(folder)], None, None)
    (train,), (val,) = chosen.train, chosen.val
    assert (len(train.files), len(val.files)) == (95, 5)
    assert not set(train.files) & set(val.files)
    assert chosen.test == chosen.val


def test_what_is_neither_set_nor_folder_is_said_with_both_remedies() -> None:
    with pytest.raises(UserError, match=r"data\.test: 'Set6' is not a picture set: did you mean"):
        select(["T91"], ["Set5"], ["Set6"])
    with pytest.raises(UserError, match=r"a folder of your own is \./faces"):
        select(["T91"], ["Set5"], ["faces"])
    with pytest.raises(UserError, match=r"\./faces is not a folder|faces is not a folder"):
        select(["T91"], ["Set5"], ["./faces"])


def test_two_test_sets_of_one_name_are_refused_with_the_remedy(tmp_path: Path) -> None:
    one, other = pictures(tmp_path / "a" / "test", 1), pictures(tmp_path / "b" / "test", 2)
    with pytest.raises(UserError, match=r"name test twice: .* data\.test=\[{NAME: .*/b/test}\]"):
        select(["T91"], ["Set5"], [str(one), str(other)])


def test_a_folder_of_other_pictures_is_not_called_as_a_set_of_the_literature(
    tmp_path: Path,
) -> None:
    folder = pictures(tmp_path / "Set5", 1)
    with pytest.raises(UserError, match="name Set5 of other pictures, Set5 of the literature"):
        select(str(folder), str(folder), str(folder))


def test_the_command_line_mixes_as_a_file_does() -> None:
    config = configured("data=t91", "data.test=[Set5,./faces,{more: /data/2026-more}]")
    assert config.data.test == ["Set5", "./faces", {"more": "/data/2026-more"}]
    assert configured("data=folder", "data.train=[T91,./faces]").data.train == ["T91", "./faces"]


@pytest.mark.parametrize("entry", ["~nobody-here/faces", {"faces": "~nobody-here/faces"}])
def test_a_home_folder_of_nobody_is_refused_in_one_line(entry: Entry) -> None:
    with pytest.raises(UserError, match=r"^~nobody-here/faces: no home folder of that user"):
        select([entry], ["Set5"], ["Set5"])


def test_a_picture_of_a_folder_is_opened_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opened = pictures(tmp_path / "photos", 1, 2), list[Path]()
    several = sets.is_several
    monkeypatch.setattr(sets, "is_several", lambda path: opened.append(path) or several(path))
    first, again = (select(str(folder), ["Set5"], ["Set5"]) for _ in range(2))
    assert first == again
    assert opened == [folder / "001.png", folder / "002.png"]
    Image.new("L", (8, 9), 2).save(folder / "002.png")
    assert select(str(folder), ["Set5"], ["Set5"]) != first
    assert opened[2:] == [folder / "002.png"]
