"""Every file of `conf/`, and whatever else a config could hold."""

import re
import shlex

import pytest
import torch
from hydra.utils import instantiate

from helpers.composing import CONF, ROOT, composed, configured, options
from helpers.networks import MODELS, network
from shoal.errors import UserError
from shoal.models.initialise import STARTS, initialise
from shoal.runs.identity import Content, run_id
from shoal.training.devices import check_devices

GROUPS = sorted(
    str(path.parent.relative_to(CONF))
    for path in CONF.rglob("*.yaml")
    # what `tuning` has joins an experiment through its defaults, and no run
    if path.parent != CONF and path.relative_to(CONF).parts[0] not in ("hydra", "tuning")
)


@pytest.mark.parametrize(
    ("group", "option"),
    sorted({(group, option) for group in GROUPS for option in options(group)}),
)
def test_every_file_composes_into_a_config_that_passes_the_checks(group, option):
    needed = ["data.train=photos"] if option == "folder" else []
    config = configured(f"{group}={option}", *needed)
    assert re.fullmatch(r".+-x3(-s0)?-[0-9a-f]{8}", run_id(config, Content("d" * 64)))


@pytest.mark.parametrize("group", sorted({*GROUPS, "hydra/launcher"}))
def test_the_table_of_training_md_names_every_option(group):
    lines = (ROOT / "docs" / "training.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and f"`{group}=`" in line]
    named = set(re.findall(r"`([\w-]+)`", " ".join(rows)))
    assert set(options(group)) - named == set()


def shown(text: str) -> list[list[str]]:
    """The overrides of each `python train.py` in a text, lines that go on joined.

    Of values by a comma, which make a grid, the first.
    """
    joined = re.sub(r"\\\n#? *", "", text)
    found = []
    for line in re.findall(r"python train\.py ([^\n`]*)", joined):
        words = shlex.split(re.split(r"  +#?|  #", line.rstrip(".,:;)"))[0], comments=True)
        said = [word for word in words if "=" in word or word.startswith("~")]
        pairs = [word.partition("=") for word in said]
        found.append(
            [f"{key}{sign}{v if v[:1] in '[{' else v.split(',')[0]}" for key, sign, v in pairs]
        )
    return [words for words in found if words]


SHOWING = [
    path
    for path in (*sorted(CONF.rglob("*.yaml")), *sorted(ROOT.glob("experiments/*/*/README.md")))
    if shown(path.read_text())
]


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_comment_or_a_finding_shows_composes(path):
    for words in shown(path.read_text()):
        composed(*words)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("init", STARTS)
def test_every_model_is_built_and_answers_an_odd_picture(name, init):
    answering = network(name)
    initialise(answering, init)
    assert answering(torch.rand(1, 1, 5, 7)).shape == (1, 1, 15, 21)


@pytest.mark.parametrize("loss", options("task/loss"))
def test_every_loss_is_zero_or_nearly_so_for_equal_pictures_and_grows(loss):
    measure = instantiate(composed(f"task/loss={loss}").task.loss)
    hr = torch.rand(2, 1, 4, 4)
    assert measure(hr, hr).item() < 2e-3
    assert measure(hr + 0.5, hr).item() > measure(hr + 0.1, hr).item() > 5e-3


@pytest.mark.parametrize("optimizer", options("task/optimizer"))
@pytest.mark.parametrize("schedule", options("task/schedule"))
def test_every_optimizer_and_schedule_takes_steps(optimizer, schedule):
    task = composed(f"task/optimizer={optimizer}", f"task/schedule={schedule}").task
    weight = torch.nn.Parameter(torch.ones(3))
    stepping = instantiate(task.optimizer)([weight])
    rates = instantiate(task.schedule, _convert_="all")(stepping, 100)
    for _ in range(100):
        weight.sum().backward()
        stepping.step()
        rates.step()
    assert weight.max() < 1


@pytest.mark.parametrize("name", ["auto", "cpu"])
def test_trainers_that_every_machine_has_are_built(name):
    trainer = check_devices(configured(f"trainer={name}"))
    assert (trainer.world_size, trainer.num_nodes) == (1, 1)
    assert name == "auto" or trainer.strategy.root_device.type == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_gpu_that_is_not_there_is_refused_in_one_line():
    with pytest.raises(UserError, match="No supported gpu backend found"):
        check_devices(configured("trainer=gpu"))
