"""Networks that aren't what they must be: one line, before anything is trained."""

import importlib
import sys

import pytest
import torch
from omegaconf import OmegaConf
from torch import nn

from helpers.networks import MODELS, model, network
from shoal.errors import UserError
from shoal.models.build import build, require_enlarges
from shoal.pictures.resample import upscale


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder of one's own on the path, with the modules `mine`, `broken` and `needs`."""
    (tmp_path / "mine.py").write_text("class Mine:\n    pass\n")
    (tmp_path / "broken.py").write_text("class Mine pass\n")
    (tmp_path / "needs.py").write_text("import a_package_that_is_absent\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield
    for name in ("mine", "broken", "needs"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("nowhere.Mine", "there is no module nowhere: put its folder on PYTHONPATH"),
        ("mine.Mien", "mine has no Mien: did you mean mine.Mine?"),
        ("shoal.models.eed.EDD", "shoal.models.eed has no EDD: did you mean shoal.models.eed.EED?"),
        ("shoal.modles.eed.EED", "shoal has no modles: did you mean shoal.models?"),
        (
            "needs.Mine",
            "importing needs.Mine fails with ModuleNotFoundError(\"No module named 'a_p",
        ),
        ("broken.Mine", "importing broken.Mine fails with SyntaxError('invalid syntax'"),
        ("mine.Mine", "it is no torch.nn.Module but a Mine"),
    ],
)
def test_a_class_that_is_not_found_is_said_with_the_reason(mine, target, says):
    with pytest.raises(UserError) as refused:
        build("mine", {"_target_": target})
    assert str(refused.value).startswith("model=mine can't be built: ")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "override", "says"),
    [
        (
            "eeds",
            "model.deep.units=-1",
            "model=eeds.deep: units=-1 is not an integer of at least 0",
        ),
        ("eeds", "model.deep.units=1.5", "model=eeds.deep: units=1.5 is not an integer"),
        ("eeds", "model.deep.kernels=[2]", "a kernel of 2 can't keep the size: take an odd one"),
        ("eed", "model.kernels=[3,4]", "model=eed: a kernel of 4 can't keep the size"),
        ("eed", "model.kernels=[-3]", "a kernel of -3 can't keep the size"),
        ("eed", "model.kernels=[]", "0 kernels cannot share 64 channels"),
        ("dcnn", "model.depth=-1", "depth=-1 is not an integer of at least 0"),
        ("srcnn", "+model.middle=4", "a kernel of 4 can't keep the size"),
        ("vdsr", "model.depth=1", "depth=1 is not an integer of at least 2"),
        ("drcn", "model.recursions=0", "recursions=0 is not an integer of at least 1"),
        ("drrn_b1u9", "model.units=-1", "units=-1 is not an integer of at least"),
        ("eeds_fast", "model.deep.pairs=-1", "pairs=-1 is not an integer of at least 0"),
        ("eeds_fast", "model.deep.channels=0", "outputs=0 is not an integer of at least 1"),
        ("eeds_fast", "model.shallow.kernel=4", "a kernel of 4 can't keep the size"),
        ("fsrcnn", "model.mappings=-1", "mappings=-1 is not an integer of at least 0"),
        ("scn", "model.stages=-1", "stages=-1 is not an integer of at least 0"),
        ("lapsrn", "model.depth=-1", "depth=-1 is not an integer of at least 0"),
        ("srdensenet", "model.blocks=0", "blocks=0 is not an integer of at least 1"),
    ],
)
def test_sizes_that_make_no_network_are_refused(name, override, says):
    with pytest.raises(UserError) as refused:
        build(name, OmegaConf.to_container(model(name, 3, override)))
    assert says in str(refused.value)


class Threes(nn.Module):
    """A network of `answer`, a function."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def forward(self, lr):
        return self.answer(lr)


class Halved(Threes):
    """One whose deep branch is too small."""

    def branches(self, lr):
        return {"shallow": self(lr), "deep": lr}


@pytest.mark.parametrize(
    ("answering", "says"),
    [
        (Threes(lambda lr: upscale(lr, 2)), "enlarges by 2, not by scale=3: give it ${scale}"),
        (Threes(lambda lr: lr), "enlarges by 1, not by scale=3"),
        (Threes(lambda lr: upscale(lr, 3)[..., 1:]), "makes (1, 1, 48, 95) of (1, 1, 16, 32)"),
        (Threes(lambda lr: upscale(lr, 3).mT), "makes (1, 1, 96, 48) of (1, 1, 16, 32)"),
        (Threes(lambda lr: upscale(lr, 3).repeat(1, 3, 1, 1)), "makes (1, 3, 48, 96) of"),
        (Threes(lambda lr: [upscale(lr, 3)]), "answers with a list, not with a tensor"),
        (Threes(lambda lr: lr.sum()), "makes () of (1, 1, 16, 32)"),
        (nn.Conv2d(3, 9, 3), "can't enlarge a picture of one channel, 16 high, 32 wide: Runtime"),
        (Halved(lambda lr: upscale(lr, 3)), "model=mine, its deep branch enlarges by 1"),
    ],
)
def test_what_is_no_enlargement_by_the_scale_is_refused(answering, says):
    with pytest.raises(UserError) as refused:
        require_enlarges("mine", answering, 3)
    assert str(refused.value).startswith("model=mine")
    assert says in str(refused.value)


@pytest.mark.parametrize("name", MODELS)
def test_trying_a_network_leaves_it_and_the_random_numbers_alone(name):
    net = network(name)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    random = torch.get_rng_state()
    require_enlarges(name, net.train(), 3)
    assert net.training
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_trying_a_network_moves_no_statistics_and_draws_no_dropout():
    layers = nn.BatchNorm2d(1), nn.Dropout(), nn.Upsample(scale_factor=3)
    net = nn.Sequential(*layers)
    require_enlarges("mine", net, 3)
    assert layers[0].num_batches_tracked == 0
    assert layers[1].training
