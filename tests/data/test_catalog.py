"""The catalogue of picture sets, and folders as sets."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from shoal.data import catalog
from shoal.data.catalog import folder_set, locate, names, picture_set, verify
from shoal.data.sources import Member, Source
from shoal.errors import UserError
from shoal.system.files import sha256

DOWNLOADABLE = {"Set5": 5, "Set14": 14, "BSD100": 100, "T91": 91, "BSD200": 200}
# Not among the pictures that tests have.
FARTHER = {"Urban100": 100, "BSDS500Test": 200, "DIV2K": 800, "DIV2KValid": 100}
SAMPLES = ["SampleTrain", "SampleVal", "Sample"]


def stems(name: str) -> set[str]:
    return {Path(file.name).stem for file in picture_set(name).files}


def scenes(name: str) -> set[str]:
    return {re.sub("_(left|right)$", "", stem) for stem in stems(name)}


def flat(folder: Path, *files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for shade, file in enumerate(files):
        Image.new("L", (4, 4), shade).save(folder / file)
    return folder


def test_the_five_sets_hold_410_pictures_with_distinct_places():
    files = [file for name in DOWNLOADABLE for file in picture_set(name).files]
    assert {name: len(picture_set(name).files) for name in DOWNLOADABLE} == DOWNLOADABLE
    assert len({file.under(Path()) for file in files}) == len(files) == 410


def test_four_more_sets_hold_1200_pictures_of_which_800_are_known_by_their_archive():
    files = {name: picture_set(name).files for name in FARTHER}
    assert {name: len(there) for name, there in files.items()} == FARTHER
    assert {name for name, there in files.items() if not all(f.sha256 for f in there)} == {"DIV2K"}
    assert len({file.content for there in files.values() for file in there}) == 1200
    members = [f.source.path for f in files["DIV2K"] if isinstance(f.source, Member)]
    assert members == [f"DIV2K_train_HR/{number:04d}.png" for number in range(1, 801)]


def test_no_training_set_holds_a_file_of_a_test_set():
    roles: dict[str, set[str]] = {"train": set(), "validation": set(), "test": set()}
    for pictures in map(picture_set, names()):
        roles[pictures.role] |= {file.content for file in pictures.files}
    assert not roles["test"] & (roles["train"] | roles["validation"])


@pytest.mark.parametrize("name", names())
def test_every_set_states_role_citation_terms_and_wellformed_digests(name: str):
    pictures = picture_set(name)
    assert pictures.role in {"train", "validation", "test"}
    assert pictures.citation
    assert pictures.terms
    assert pictures.notes
    assert all(re.fullmatch("[0-9a-f]{64}", file.content) for file in pictures.files)
    sources = [file.source for file in pictures.files]
    assert all(re.fullmatch("[0-9a-f]{40}", s.commit) for s in sources if isinstance(s, Source))
    archives = {source.archive for source in sources if isinstance(source, Member)}
    assert all(re.fullmatch("[0-9a-f]{64}", archive.sha256) for archive in archives)


def test_only_t36_and_t65_are_the_same_picture():
    digests: dict[str, list[str]] = {}
    for name in [*DOWNLOADABLE, *SAMPLES]:
        for file in picture_set(name).files:
            digests.setdefault(file.sha256, []).append(file.name)
    assert [same for same in digests.values() if len(same) > 1] == [["t36.bmp", "t65.bmp"]]
    assert not {"t41", "tt11"} & stems("T91")


def test_judge_and_tuning_part_t91_and_keep_the_double_picture_on_one_side():
    judge, tuning = stems("T91Judge"), stems("T91Tuning")
    assert (len(judge), len(tuning)) == (10, 81)
    assert judge | tuning == stems("T91")
    assert {"t36", "t65"} <= tuning
    assert all(file.why for file in picture_set("T91Judge").files)


def test_no_sample_scene_has_two_roles():
    train, val, test = (scenes(name) for name in SAMPLES)
    assert len(train | val | test) == len(train) + len(val) + len(test) == 13
    assert {"motorcycle_left", "motorcycle_right"} <= stems("SampleTrain")


def test_every_sample_picture_says_why_and_whose():
    assert all(f.why and f.credit for name in SAMPLES for f in picture_set(name).files)


@pytest.mark.parametrize("name", SAMPLES)
def test_installed_sample_pictures_are_those_of_the_catalogue(name: str, tmp_path: Path):
    assert len(verify(picture_set(name), tmp_path)) == len(picture_set(name).files)


def test_samples_are_seven_colour_and_six_grey_scenes(tmp_path: Path):
    paths = [path for name in SAMPLES for path in locate(picture_set(name), tmp_path)]
    modes = []
    for path in paths:
        with Image.open(path) as image:
            modes += [] if "_right" in path.name else [image.mode]
    assert (modes.count("RGB"), modes.count("L")) == (7, 6)


@pytest.mark.data
@pytest.mark.parametrize("name", DOWNLOADABLE)
def test_the_literatures_files_have_the_catalogued_digests(name: str, shoal_data: Path):
    on_disk = {path.name for path in (shoal_data / name).iterdir()}
    assert {path.name for path in verify(picture_set(name), shoal_data)} == on_disk


def test_the_catalogue_needs_neither_torch_nor_skimage():
    code = (
        "import sys; from shoal.data import catalog, fetch; catalog.picture_set('sample');"
        "sys.exit(bool({'torch', 'skimage'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_names_are_typed_in_any_case():
    assert picture_set("t91_judge") is picture_set("T91Judge") is picture_set("t91-JUDGE")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"'sett5' is not a picture set: did you mean Set5\?"):
        picture_set("sett5")
    with pytest.raises(UserError, match="there are Set5, Set14"):
        picture_set("manga")


def test_a_missing_set_is_answered_with_the_command_that_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOAL_DATA", str(tmp_path))
    with pytest.raises(UserError) as caught:
        locate(picture_set("T91Judge"), tmp_path)
    expected = f"T91Judge: 10 of 10 pictures are not in {tmp_path}/T91: run `shoal data fetch t91`"
    assert str(caught.value) == expected


def test_the_command_names_another_root_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SHOAL_DATA", raising=False)
    root = tmp_path / "my data"
    with pytest.raises(UserError) as caught:
        locate(picture_set("General291"), root)
    command = str(caught.value).split("`")[1]
    assert shlex.split(command) == ["shoal", "data", "fetch", "t91", "bsd200", "--root", str(root)]


def test_the_default_root_is_shoal_data_else_data(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOAL_DATA", "/somewhere")
    assert catalog.default_root() == Path("/somewhere")
    monkeypatch.setenv("SHOAL_DATA", "")
    assert catalog.default_root() == Path("data")


def test_a_picture_with_other_bytes_is_refused(tmp_path: Path):
    for file in picture_set("Set5").files:
        file.under(tmp_path).parent.mkdir(exist_ok=True)
        file.under(tmp_path).write_bytes(b"BM")
    assert len(locate(picture_set("Set5"), tmp_path)) == 5
    with pytest.raises(UserError, match=r"baby\.bmp has other bytes .* data fetch set5 --root"):
        verify(picture_set("Set5"), tmp_path)


def test_a_folder_is_a_set_of_its_pictures_by_name(tmp_path: Path):
    flat(tmp_path, "b.png", "a.PNG", ".hidden.png", "c.bmp")
    (tmp_path / "notes.txt").write_text("no picture")
    flat(tmp_path / "deeper.png", "d.png")
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 255)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    pictures = folder_set(tmp_path, "mine")
    assert [file.name for file in pictures.files] == ["a.PNG", "b.png", "c.bmp"]
    assert verify(pictures, Path("ignored")) == [tmp_path / f.name for f in pictures.files]
    assert pictures.files[1].sha256 == sha256(tmp_path / "b.png")


def test_a_broken_picture_stays_in_the_set_so_that_decoding_names_it(tmp_path: Path):
    flat(tmp_path, "good.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n")
    assert [file.name for file in folder_set(tmp_path, "mine").files] == ["broken.png", "good.png"]


def test_a_sets_digest_is_its_content_and_not_its_names(tmp_path: Path):
    here = folder_set(flat(tmp_path / "here", "a.png", "b.png"), "here")
    there = folder_set(flat(tmp_path / "there", "z.png", "y.png"), "there")
    more = folder_set(flat(tmp_path / "more", "a.png", "b.png", "c.png"), "more")
    assert here.digest == there.digest != more.digest


def test_odd_names_are_kept_and_loops_folders_and_hidden_files_left_out(tmp_path: Path):
    odd = ["a b.png", "a\nb.png", "été 鯨.PNG", "-x=1;.png", "x" * 251 + ".png"]
    for name in odd:
        Image.new("L", (2, 2)).save(tmp_path / name, "PNG")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "here").symlink_to(tmp_path)
    (tmp_path / "folder.png").mkdir()
    (tmp_path / ".hidden.png").write_bytes(b"")
    (tmp_path / "linked.png").symlink_to(tmp_path / "a b.png")
    pictures = folder_set(tmp_path, "odd")
    assert {file.name for file in pictures.files} == {*odd, "linked.png"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_a_name_that_no_table_can_hold_is_refused(tmp_path: Path):
    for name, shown in ((b"\xff.png", r"'\\udcff\.png'"), (b"a\rb.png", r"'a\\rb\.png'")):
        path = os.fsencode(tmp_path) + b"/" + name
        Image.new("L", (2, 2)).save(path, "PNG")
        with pytest.raises(UserError, match=f"no table can hold the name {shown}: rename"):
            folder_set(tmp_path, "odd")
        os.unlink(path)  # noqa: PTH108 - no Path has such a name


def test_a_folder_without_pictures_is_refused_by_name(tmp_path: Path):
    with pytest.raises(UserError, match=f"{tmp_path} has no picture in it"):
        folder_set(tmp_path, "mine")
    with pytest.raises(UserError, match="nowhere is not a folder of pictures"):
        folder_set(tmp_path / "nowhere", "mine")
