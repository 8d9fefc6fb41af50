"""What a step does on a device, where `meta` stands in for CUDA: it computes nothing.

It refuses what would wait for it, `item` and its like, and mixing its tensors with others.
"""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from helpers.networks import TRAINED, network
from shoal.models.classical.consistency import back_projected
from shoal.pictures.resample import upscale
from shoal.training.objective import Objective

META = torch.device("meta")


class Brought(TorchDispatchMode):
    """Counts what is brought to the device."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        given = {each.device for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)}
        self.count += torch.device("cpu") in given and getattr(made, "device", None) == META
        return made


@pytest.mark.parametrize("model", TRAINED)
def test_a_step_brings_nothing_to_its_device_after_the_first_so_that_a_graph_can_hold_it(
    model: str,
) -> None:
    objective = Objective(network(model).to(META), nn.L1Loss())
    objective.progress = torch.zeros((), device=META)
    batch = torch.rand(2, 1, 12, 12, device=META), torch.rand(2, 1, 36, 36, device=META)
    objective(*batch).backward()
    with Brought() as brought:
        objective(*batch).backward()
    assert brought.count == 0


def test_of_whole_pictures_which_have_any_size_nothing_stays_on_the_device() -> None:
    lr, counts = torch.rand(1, 1, 7, 8, device=META), []
    for _ in range(2):
        with Brought() as brought, torch.inference_mode():
            back_projected(upscale(lr, 2), lr, 2, 1)
        counts.append(brought.count)
    assert counts[0] == counts[1] > 0
