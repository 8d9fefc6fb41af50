"""What a run can't use is named before its first step, and nothing is left behind."""

import shutil
from collections import namedtuple

import pytest
import torch
from PIL import Image

from helpers.composing import configured
from shoal.errors import UserError
from shoal.evaluation.protocol import scores
from shoal.evaluation.protocols import PROTOCOLS
from shoal.evaluation.scorable import require_large_enough, require_scorable
from shoal.pictures.images import read, size
from shoal.training import run as training
from shoal.training.complaints import memory_named

Usage = namedtuple("Usage", "total used free")


def noise(path, width, height, **options):
    path.parent.mkdir(exist_ok=True)
    Image.effect_noise((width, height), 60).save(path, **options)
    return path


@pytest.fixture
def train(tmp_path, small_pictures):
    def _train(*overrides):
        paths = (f"paths.runs={tmp_path / 'runs'}", f"paths.cache={tmp_path / 'cache'}")
        model = ("budget=smoke", "model=bicubic", "logger=none")
        every = ("budget.val_pictures=null", "budget.test_pictures=null")
        config = configured(*model, *every, *paths, *small_pictures, *overrides)
        return training.train(config, "python train.py")

    return _train


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_least_size_is_the_least_that_is_scored(tmp_path, scale, protocol):
    for side in range(scale, 12 * scale):
        path = noise(tmp_path / f"{side}.png", side, 60)
        taken = refused = False
        try:
            question = PROTOCOLS[protocol].question(read(path).pixels, scale)
            scores(*PROTOCOLS[protocol].pair(question.hr.float() / 255, question, scale))
        except UserError:
            refused = True
        try:
            require_large_enough([path], scale)
        except UserError as error:
            taken = f"{path}: {side} x 60 is too small to be scored" in str(error)
        assert taken == refused


@pytest.mark.parametrize("role", ["val", "test"])
def test_a_picture_too_small_to_score_is_named_before_anything_is_made(train, tmp_path, role):
    noise(tmp_path / "some" / "a.png", 60, 48)
    small = noise(tmp_path / "some" / "b.png", 60, 17)
    with pytest.raises(UserError) as refused:
        train(f"data.{role}={tmp_path / 'some'}")
    words = f"{small}: 60 x 17 is too small to be scored at scale=3"
    assert str(refused.value) == f"{words}: leave out pictures smaller than 18 x 18"
    assert not (tmp_path / "runs").exists()


def test_a_test_picture_that_is_cut_off_is_named_before_anything_is_made(train, tmp_path):
    whole = noise(tmp_path / "some" / "a.png", 60, 48).read_bytes()
    (tmp_path / "some" / "b.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"some/b\.png: broken picture"):
        train(f"data.test={tmp_path / 'some'}")
    assert not (tmp_path / "runs").exists()


def test_a_finished_run_names_a_new_test_picture_that_is_too_small(train, tmp_path):
    record = train().record()
    noise(tmp_path / "some" / "a.png", 16, 48)
    with pytest.raises(UserError, match=r"some/a\.png: 16 x 48 is too small"):
        train(f"data.test={tmp_path / 'some'}")
    assert train().record() == record


def test_what_has_been_decoded_is_not_decoded_again(train, tmp_path, monkeypatch):
    noise(tmp_path / "some" / "a.png", 60, 48)
    test = f"data.test={tmp_path / 'some'}"
    train(test)
    looked = []
    monkeypatch.setattr("shoal.evaluation.scorable.read", looked.append)
    train(test, "force=true")
    assert looked == []
    noise(tmp_path / "some" / "b.png", 60, 48)
    train(test, "force=true")
    assert [path.name for path in looked] == ["a.png", "b.png"]


def test_a_disk_without_room_for_a_run_is_one_line_with_both_sizes(train, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(2**40, 2**40, 3 * 2**20))
    with pytest.raises(UserError, match=r"runs: 3 MiB are free, .* of bicubic writes up to 4 MiB"):
        train()
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_by_the_header_is_that_of_the_decoded_picture(tmp_path, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    path = noise(tmp_path / "turned.jpg", 60, 48, exif=exif)
    height, width = read(path).pixels.shape
    assert size(path) == (width, height)


def test_pictures_beyond_the_budget_are_not_looked_at(tmp_path):
    from shoal.data.sets import folder_set

    noise(tmp_path / "some" / "a.png", 60, 48)
    noise(tmp_path / "some" / "b.png", 6, 4)
    pictures = folder_set(tmp_path / "some", "some")
    require_scorable(pictures, tmp_path, 3, limit=1)
    with pytest.raises(UserError, match=r"b\.png: 6 x 4"):
        require_scorable(pictures, tmp_path, 3)


def test_copies_too_small_for_a_patch_are_named_before_pictures_are_decoded(train, tmp_path):
    with pytest.raises(
        UserError, match=r"data\.copies has 0\.001, of which .*\d\.png becomes 0 x 0"
    ):
        train("model=ees", "data.copies=[0.001]")
    assert not list((tmp_path / "cache").rglob("index.json"))


def test_a_batch_that_no_memory_holds_is_refused_before_anything_is_said(train, capsys):
    with pytest.raises(UserError, match=r"budget\.batch_size=1000000000000 takes [\d,]+ GiB"):
        train("model=ees", "budget.batch_size=1000000000000")
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.OutOfMemoryError("CUDA"), RuntimeError("DefaultCPUAllocator: x")]
)
def test_memory_that_runs_out_is_told_in_a_line(error):
    with (
        pytest.raises(
            UserError, match=r"^a batch needs more memory than there is \(.+\): take less"
        ),
        memory_named("a batch", "take less"),
    ):
        raise error
