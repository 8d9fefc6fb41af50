"""The yardstick of training on a GPU: a step that is one CUDA graph, and a matrix product."""

import copy
from collections.abc import Callable
from functools import partial

import torch
from hydra.utils import instantiate
from torch import Tensor, nn

from shoal.runs.config import RunConfig

SIDE = 8192
WARM_UP = 11  # steps before the capture, in which kernels are chosen and memory is found
Pair = tuple[Tensor, Tensor]


def eager_step(
    config: RunConfig, network: nn.Module, batch: Pair, **optimizing: object
) -> Callable[[], None]:
    """Forward, loss, backward and optimiser in bf16, on one batch that lies on the device.

    Args:
        config: of a run: its loss and its optimiser.
        network: copied to the batch's device, channels last.
        batch: LR and HR patches.
        optimizing: arguments of the optimiser that a graph needs.
    """
    lr, hr = (each.contiguous(memory_format=torch.channels_last) for each in batch)
    network = copy.deepcopy(network).to(lr.device).to(memory_format=torch.channels_last)
    loss = instantiate(config.task.loss)
    optimizer = instantiate(config.task.optimizer)(network.parameters(), **optimizing)

    def step() -> None:
        optimizer.zero_grad()
        # Weights that are cast outside of the graph would stay as they are.
        with torch.autocast(lr.device.type, torch.bfloat16, cache_enabled=False):
            value = loss(network(lr), hr)
        value.backward()
        optimizer.step()

    return step


def graph_step(config: RunConfig, network: nn.Module, batch: Pair) -> Callable[[], None]:
    """The same captured: a call launches one graph and waits for nothing."""
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
    """Launch a graph, together with the step whose tensors it works on and which keeps them."""
    graph.replay()


def seconds_each(action: Callable[[], object], times: int) -> float:
    """What the device takes for an action, by its own clock."""
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
