import hashlib
import sys

import pytest

from helpers.modules import on_path
from shoal.errors import UserError
from shoal.system.code import changed, changed_since, own_code

NETS = {
    "nets/__init__.py": "",
    "nets/net.py": "import torch\nfrom . import blocks\nfrom .act import *\nclass Net: ...\n",
    "nets/blocks.py": "def late():\n    import aside\n",
    "nets/act.py": "from torch import nn\n",
    "nets/unused.py": "",
    "aside.py": "import nowhere_to_be_found\n",
    "other.py": "",
}
NODE = {"_target_": "nets.net.Net", "scale": 3, "note": "3.5 dB", "loss": "torch.nn.L1Loss"}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of modules on Python's path."""
    return on_path(NETS, tmp_path, monkeypatch)


def test_all_that_a_target_imports_of_ones_own_counts_by_content_and_nothing_else(own):
    found = own_code(NODE)
    assert set(found) == {"nets", "nets.net", "nets.blocks", "nets.act", "aside"}
    assert found["aside"] == hashlib.sha256(NETS["aside.py"].encode()).hexdigest()
    assert not {"nets", "aside"} & set(sys.modules)  # found without being run


@pytest.mark.parametrize("name", ["nets/__init__.py", "nets/blocks.py", "nets/act.py", "aside.py"])
def test_a_change_anywhere_in_it_is_a_change(own, name):
    before = own_code(NODE)
    assert changed(before, own_code(NODE)) == ""
    (own / name).write_text(NETS[name] + "# another\n")
    assert changed(before, own_code(NODE)) == f"{name} has changed"
    assert changed_since(before, NODE) == f"{name} has changed"


def test_a_change_beside_it_is_none(own):
    before = own_code(NODE)
    (own / "other.py").write_text("x = 1\n")
    (own / "nets" / "unused.py").write_text("x = 1\n")
    assert own_code(NODE) == before


def test_an_argument_may_name_a_class_of_ones_own_too(own):
    node = {"_target_": "shoal.models.eed.EED", "upsampler": ["other.Up"]}
    assert set(own_code(node)) == {"other"}


@pytest.mark.parametrize(
    "target",
    ["shoal.models.eed.EED", "torch.nn.L1Loss", "json.loads", "lightning.Trainer", "functools.X"],
)
def test_shoals_code_installed_packages_and_the_standard_library_are_nobodys_own(target):
    assert own_code({"_target_": target}) == {}


def test_a_module_that_is_nowhere_is_named_with_the_remedy():
    with pytest.raises(UserError, match=r"no module absent on .* PYTHONPATH=FOLDER .* absent\.py"):
        own_code({"deep": {"_target_": "absent.Net"}})


def test_a_file_that_is_no_python_is_named_with_its_line(own):
    (own / "other.py").write_text("x = 1\ndef (:\n")
    with pytest.raises(UserError, match=r"other\.py, line 2 is no Python"):
        own_code({"_target_": "other.Up"})


def test_code_that_is_gone_has_changed(own):
    before = own_code({"_target_": "other.Up"})
    (own / "other.py").unlink()
    assert changed_since(before, {"_target_": "other.Up"}) == "other.py has changed"


def test_folders_without_an_init_within_each_other_are_walked_through(own):
    before = set(sys.modules)
    (own / "lab" / "nets" / "deep").mkdir(parents=True)
    (own / "lab" / "nets" / "deep" / "mine.py").write_text("from lab.nets import parts\n")
    (own / "lab" / "nets" / "parts.py").write_text("import setuptools._vendor\n")
    found = own_code({"_target_": "lab.nets.deep.mine.Net"})
    assert set(found) == {"lab.nets.deep.mine", "lab.nets.parts"}
    assert not {"lab"} & (set(sys.modules) - before)
