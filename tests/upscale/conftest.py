"""A small network, by its weights and ready to enlarge."""

import pytest

import shoal
from helpers.networks import SMALL, stored


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The weights of a small network at x2."""
    return stored(tmp_path_factory.mktemp("weights") / "small.safetensors", SMALL, 2)


@pytest.fixture(scope="module")
def upscaler(small):
    return shoal.load(small, runtime="torch")
