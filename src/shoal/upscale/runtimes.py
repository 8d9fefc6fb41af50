"""What computes a network: PyTorch, or OpenVINO or ONNX Runtime from a graph of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from shoal.errors import UserError, first_line
from shoal.models.channels import channels_of
from shoal.system.malloc import keep_freed_memory
from shoal.upscale.graph import installed, kept_graph, need

# Maps LR in [0, 1], float32 `(1, C, h, w)`, to SR.
Runtime = Callable[[Tensor], Tensor]

TOLERANCE = 1e-4  # of values in [0, 1]: a fortieth of a grey level
PROBES = ((23, 32), (17, 9))  # sizes of LR pictures, neither the one a graph is traced with


def torch_runtime(network: nn.Module) -> Runtime:
    """The network itself, laid out in memory as is fastest."""
    keep_freed_memory()
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(lr: Tensor) -> Tensor:
        return network(lr.contiguous(memory_format=torch.channels_last))

    return run


def openvino_runtime(onnx: bytes) -> Runtime:
    """An ONNX graph in OpenVINO, on the CPU."""
    import openvino

    core = openvino.Core()
    # Without the hint it computes in bfloat16 where the processor can.
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(core.read_model(onnx), "CPU", options).create_infer_request()
    return lambda lr: torch.from_numpy(request.infer([lr.numpy()])[0])


def onnx_runtime(onnx: bytes) -> Runtime:
    """An ONNX graph in ONNX Runtime, on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    return lambda lr: torch.from_numpy(session.run(None, {"lr": lr.numpy()})[0])


EXPORTED: dict[str, Callable[[bytes], Runtime]] = {
    "openvino": openvino_runtime,
    "onnxruntime": onnx_runtime,
}
NAMES = ("auto", "torch", *EXPORTED)


def build(name: str, network: nn.Module, facts: Mapping[str, Any]) -> tuple[str, Runtime]:
    """The runtime of a name; `auto` is the fastest that is installed and can do the network.

    Returns:
        Its name and itself; all agree within 1e-4.

    Raises:
        UserError: no runtime has that name, it isn't installed, or it can't do the network.
    """
    if name not in NAMES:
        raise UserError(f"runtime {name} is unknown: choose one of {', '.join(NAMES)}")
    if name == "auto":
        return _fastest(network, facts)
    if name == "torch":
        return name, torch_runtime(network)
    need(name, extra={"onnxruntime": "onnx"}.get(name, name))
    return name, _checked(name, network, facts)


def _fastest(network: nn.Module, facts: Mapping[str, Any]) -> tuple[str, Runtime]:
    # Time per pixel, EEDS and EEDS-fast: OpenVINO 1, PyTorch 1.1, ONNX Runtime 1.3 and 2.5.
    if all(installed(package) for package in ("openvino", "onnx", "onnxscript")):
        # A network that ONNX can't hold is not refused: PyTorch does every one.
        with suppress(UserError):
            return "openvino", _checked("openvino", network, facts)
    return "torch", torch_runtime(network)


def _checked(name: str, network: nn.Module, facts: Mapping[str, Any]) -> Runtime:
    runtime = EXPORTED[name](kept_graph(network, facts))
    try:
        check(runtime, network)
    except UserError:
        runtime = EXPORTED[name](kept_graph(network, facts, anew=True))
        check(runtime, network)
    return runtime


@torch.inference_mode()
def check(runtime: Runtime, network: nn.Module) -> None:
    """See that a runtime answers as PyTorch does, at two sizes.

    Raises:
        UserError: it doesn't.
    """
    noise, channels = np.random.default_rng(0), channels_of(network)
    for height, width in PROBES:
        lr = torch.from_numpy(noise.random((1, channels, height, width), dtype=np.float32))
        expected = network(lr)
        try:
            answer = runtime(lr)
        except Exception as error:  # a graph for one size fails in its runtime's own way
            words = f"the graph can't do {width} x {height} ({first_line(error)})"
            raise UserError(words) from None
        off = float((answer - expected).abs().max()) if answer.shape == expected.shape else None
        if off is None or not off <= TOLERANCE:
            raise UserError(
                f"the graph answers otherwise than PyTorch at {width} x {height} "
                f"({tuple(answer.shape[2:])} in size, {off} off): use --runtime torch"
            )
