"""References for training on a GPU: a step as one CUDA graph, and a matrix product."""

import copy
from collections.abc import Callable
from functools import partial

import torch
from hydra.utils import instantiate
from torch import Tensor, nn

from shoal.runs.config import RunConfig

SIDE = 8192
WARM_UP = 11  # steps before the capture, for choosing kernels and allocating memory
Pair = tuple[Tensor, Tensor]


def eager_step(
    config: RunConfig, network: nn.Module, batch: Pair, **optimizing: object
) -> Callable[[], None]:
    """A step of forward, loss, backward and optimiser in bf16, on one batch.

    Args:
        config: of a run, for its loss and its optimiser.
        network: is copied to the batch's device, in channels-last layout.
        batch: LR and HR patches on the device.
        optimizing: arguments of the optimiser that a graph needs.
    """
    lr, hr = (each.contiguous(memory_format=torch.channels_last) for each in batch)
    network = copy.deepcopy(network).to(lr.device).to(memory_format=torch.channels_last)
    loss = instantiate(config.task.loss)
    optimizer = instantiate(config.task.optimizer)(network.parameters(), **optimizing)

    def step() -> None:
        optimizer.zero_grad()
        # No cache: weights that were cast outside of the graph would never be updated.
        with torch.autocast(lr.device.type, torch.bfloat16, cache_enabled=False):
            value = loss(network(lr), hr)
        value.backward()
        optimizer.step()

    return step


def graph_step(config: RunConfig, network: nn.Module, batch: Pair) -> Callable[[], None]:
    """The same step as a captured graph: a call launches it without waiting."""
    rate = torch.tensor(float(config.task.optimizer["lr"]), device=batch[0].device)
    step = eager_step(config, network, batch, lr=rate, capturable=True, fused=True)
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return partial(_replay, graph, step)


def _replay(graph: torch.cuda.CUDAGraph, step: Callable[[], None]) -> None:
    """Launch a graph; holding `step` keeps the tensors alive that the graph works on."""
    graph.replay()


def seconds_each(action: Callable[[], object], times: int) -> float:
    """Seconds that the device takes for an action, by its own clock."""
    begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    action()
    torch.cuda.synchronize()
    begun.record()
    for _ in range(times):
        action()
    ended.record()
    torch.cuda.synchronize()
    return begun.elapsed_time(ended) / 1e3 / times


def product() -> Callable[[], object]:
    """One matrix product, 8192 x 8192, bf16: 2 x 8192^3 operations."""
    a, b = (torch.rand(SIDE, SIDE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    out = torch.empty_like(a)
    return lambda: torch.mm(a, b, out=out)
