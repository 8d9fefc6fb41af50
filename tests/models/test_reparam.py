"""Convolutions that are trained as a sum of several and used as one."""

from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate

from helpers.composing import composed, configured
from shoal.models import weights
from shoal.models.profile import macs, parameters
from shoal.models.reparam import Folding, folded
from shoal.runs.verify import problems
from shoal.training import run as training

FOLDING = ("model=eeds_fast", "+model.deep.folding=true")


def network(*overrides: str) -> torch.nn.Module:
    torch.manual_seed(0)
    made: torch.nn.Module = instantiate(composed(*overrides).model)
    return made.double()


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (9, 6)])
def test_one_convolution_gives_what_the_sum_gave_up_to_the_border(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    layer, x = Folding(3, 5).double(), torch.randn(2, 3, *size).double()
    torch.testing.assert_close(layer.folded()(x), layer(x), rtol=1e-12, atol=1e-12)


def test_a_folded_network_answers_as_before_and_costs_what_the_plain_one_does() -> None:
    trained, plain = network(*FOLDING), network("model=eeds_fast")
    lr, used = torch.rand(1, 1, 7, 9).double(), folded(trained)
    torch.testing.assert_close(used(lr), trained(lr), rtol=1e-10, atol=1e-10)
    assert (parameters(used), macs(used.float())) == (parameters(plain), macs(plain.float()))
    assert used.state_dict().keys() == plain.state_dict().keys()
    assert parameters(trained) > 3 * parameters(plain)


def test_a_network_with_nothing_to_fold_is_itself() -> None:
    plain = network("model=eeds_fast")
    assert folded(plain) is plain


def test_a_run_records_and_keeps_the_folded_network(
    tmp_path: Path, small_pictures: tuple[str, str]
) -> None:
    paths = [f"paths.{name}={tmp_path / name}" for name in ("runs", "cache")]
    smallest = ("budget=smoke", "logger=none", *paths, *small_pictures)
    folder = training.train(configured(*FOLDING, *smallest), "python train.py")
    record, (kept, _) = folder.record(), weights.load(folder.weights)
    assert record["parameters"] == parameters(network("model=eeds_fast", "scale=3"))
    assert not any(isinstance(layer, Folding) for layer in kept.modules())
    assert list(problems(folder, tmp_path, trust=False)) == []


def test_an_unknown_activation_is_refused() -> None:
    with pytest.raises(Exception, match="activation=tanh is unknown: choose one of prelu, relu"):
        network("model=eeds_fast", "+model.deep.activation=tanh")
