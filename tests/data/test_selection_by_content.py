"""Folders by content: no renaming changes what is trained on or scored."""

import shutil

import pytest
from PIL import Image

from shoal.data.cache import open_cache
from shoal.data.selection import joint, select


def folder(path, tones):
    """Pictures by name, each of one brightness."""
    path.mkdir(parents=True)
    for name, tone in tones.items():
        Image.new("L", (24, 24), tone).save(path / f"{name}.png")
    return str(path)


TONES = {"a": 10, "b": 60, "c": 110, "d": 160}
SWAPPED = {"a": 60, "b": 10, "c": 160, "d": 110}


@pytest.fixture
def twins(tmp_path):
    """Two folders of one name with the same pictures under swapped names."""
    return folder(tmp_path / "1" / "photos", TONES), folder(tmp_path / "2" / "photos", SWAPPED)


def contents(pictures):
    return [file.sha256 for file in pictures.files]


def test_the_stream_goes_by_content_and_so_does_what_is_held_out(twins):
    one, other = (select(path, None, None) for path in twins)
    assert contents(joint(one.train)) == contents(joint(other.train))
    assert contents(joint(one.val)) == contents(joint(other.val))
    digests = one.digests(), other.digests()
    assert [d["train"] for d in digests] == [digests[0]["train"]] * 2
    assert [d["order"] for d in digests] == [digests[0]["order"]] * 2


def test_a_cache_of_the_same_pictures_has_their_names_today(twins, tmp_path):
    for path in twins:
        (train,) = select(path, None, None).train
        cache = open_cache(train, tmp_path, 2, tmp_path / "cache")
        tones = TONES if path == twins[0] else SWAPPED
        for number, name in enumerate(cache.names):
            _, hr = cache.picture(number)
            assert round(hr.mean().item() * 255) == tones[name]
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_scores_are_listed_by_name_and_belong_to_names_and_content(twins):
    one, other = (select(twins[0], twins[0], path) for path in twins)
    assert [file.name for file in one.test[0].files] == ["a.png", "b.png", "c.png", "d.png"]
    assert one.test[0].digest == other.test[0].digest
    assert one.digests()["photos"] != other.digests()["photos"]


def test_a_test_folder_called_train_hides_no_training_pictures(twins, tmp_path):
    shutil.copytree(twins[0], tmp_path / "train")
    alike = folder(tmp_path / "3" / "train", {"x": 1, "y": 2, "z": 3})
    tested = select(alike, None, str(tmp_path / "train")).digests()
    assert tested["train"] == select(alike, None, None).digests()["train"]
    assert {"train", "order", "val", "train (test)"} == set(tested)
