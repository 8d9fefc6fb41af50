"""Weights that ship, and how they are named."""

import pytest

import shoal
from helpers.networks import SMALL, stored
from shoal import pretrained
from shoal.errors import UserError
from shoal.models import weights


def test_names_come_from_what_ships(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    with pytest.raises(UserError, match=r"no weights of any model at scale 2 ship \(none do\)"):
        shoal.load()
    stored(tmp_path / "eeds-x2.safetensors", SMALL, 2)
    stored(tmp_path / "eeds-x3.safetensors", SMALL, 3)
    assert pretrained.find(None, 3).name == "eeds-x3.safetensors"
    stored(tmp_path / "eeds_fast-x2.safetensors", SMALL, 2)
    assert pretrained.find(None, 2).name == "eeds_fast-x2.safetensors"
    assert pretrained.find("eeds", 2).name == "eeds-x2.safetensors"
    with pytest.raises(UserError, match=r"no weights of eedz at scale 2 ship.*eeds_fast x2"):
        shoal.load("eedz")
    with pytest.raises(UserError, match="no weights of eeds at scale 5 ship"):
        shoal.load("eeds", scale=5)


def test_every_file_that_ships_is_the_network_that_its_name_says():
    for (model, scale), path in pretrained.shipped().items():
        _, facts = weights.load(path)
        assert (facts["name"], facts["scale"]) == (model.removesuffix(pretrained.OF_JPEGS), scale)
