"""Learning rates and optimisers on a device, as a captured step needs them."""

import torch
from torch import nn

from shoal.training.rates import Rates, stays_on_device, suit


def test_rates_are_tensors_only_while_the_optimiser_steps_and_step_as_numbers_do() -> None:
    ends = []
    for on_device in (True, False):
        weight = nn.Parameter(torch.linspace(-1, 1, 5))
        optimizer = torch.optim.SGD([weight], lr=0.3, fused=True)
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.7)
        rates = Rates(optimizer, torch.device("cpu"))
        for _ in range(4):
            weight.grad = weight.detach() ** 2
            rates.tell()
            if on_device:
                with rates.used():
                    assert isinstance(optimizer.param_groups[0]["lr"], torch.Tensor)
                    optimizer.step()
            else:
                optimizer.step()
            schedule.step()
            assert isinstance(optimizer.param_groups[0]["lr"], float)
        ends.append(weight.detach())
    assert torch.allclose(*ends, rtol=1e-6)


def test_a_checkpoint_from_a_gpu_steps_on_the_processor_as_its_config_says() -> None:
    optimizer = torch.optim.Adam([nn.Parameter(torch.ones(1))])
    assert stays_on_device(optimizer)
    optimizer.param_groups[0] |= {"capturable": True, "fused": True}
    suit(optimizer, torch.device("cpu"))
    group = optimizer.param_groups[0]
    assert (group["capturable"], group["fused"]) == (False, None)
    suit(optimizer, torch.device("cuda"))  # which needs none for an optimiser that has no state
    assert (group["capturable"], group["fused"]) == (True, True)
