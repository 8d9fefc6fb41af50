"""Runtimes: PyTorch on the CPU or a GPU, and OpenVINO and ONNX Runtime, which take ONNX graphs.

With a graph kept from an earlier call the latter two need no PyTorch.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shoal.errors import UserError, first_line, unknown
from shoal.system.gpus import visible
from shoal.upscale import kept
from shoal.upscale.kept import Graph, probes
from shoal.upscale.ready import Ready, Runtime, installed, need

TOLERANCE = 1e-4  # of values in [0, 1]: a fortieth of a grey level


def openvino_runtime(onnx: bytes) -> Runtime:
    """An ONNX graph in OpenVINO, on the CPU."""
    import openvino

    core = openvino.Core()
    # Without the hint OpenVINO computes in bfloat16 on CPUs that have it.
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(core.read_model(onnx), "CPU", options).create_infer_request()
    return lambda lr: request.infer([lr])[0]


def onnx_runtime(onnx: bytes) -> Runtime:
    """An ONNX graph in ONNX Runtime, on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    return lambda lr: session.run(None, {"lr": lr})[0]


EXPORTED: dict[str, Callable[[bytes], Runtime]] = {
    "openvino": openvino_runtime,
    "onnxruntime": onnx_runtime,
}
NAMES = ("auto", "cuda", "torch", *EXPORTED)


def build(name: str, weights: Path, *, trust: bool = False) -> Ready:
    """The network of a weights' file in a runtime; in float32 all agree within `TOLERANCE`.

    Args:
        name: of the runtime; `auto`: the fastest that is installed and can run the network.
        weights: the file.
        trust: also build networks that are not Shoal's own.

    Raises:
        UserError: no runtime has that name, it isn't installed or can't run the network, or there
            are no such weights.
    """
    if name not in NAMES:
        raise UserError(unknown("runtime", name, NAMES))
    if name in EXPORTED:
        need(name, extra={"onnxruntime": "onnx"}.get(name, name))
        return _exported(name, weights, trust)
    if name == "cuda":
        return _on_gpu(weights, trust)
    if name == "auto" and visible():
        with suppress(UserError):  # PyTorch may not support the GPU
            return _on_gpu(weights, trust)
    # Time per pixel, EEDS and EEDS-fast: OpenVINO 1, PyTorch 1.1, ONNX Runtime 1.3 and 2.5.
    if name == "auto" and installed("openvino"):
        # A network that ONNX can't express runs in PyTorch.
        with suppress(UserError):
            return _exported("openvino", weights, trust)
    from shoal.upscale.pytorch import ready

    return ready(weights, trust=trust)


def _on_gpu(weights: Path, trust: bool) -> Ready:
    from shoal.upscale import cuda

    return cuda.ready(weights, trust=trust)


def _exported(name: str, weights: Path, trust: bool) -> Ready:
    try:
        return _checked(name, _graph(weights, trust))
    except UserError:  # the kept graph may be damaged, or of older code of a user's own network
        return _checked(name, _graph(weights, trust, anew=True))


def _graph(weights: Path, trust: bool, *, anew: bool = False) -> Graph:
    """The kept graph, if its network is Shoal's own; else one of a network built from the weights.

    Raises:
        UserError: there are no such weights, or ONNX can't hold the network.
    """
    place = kept.place(weights)
    known = None if anew else kept.read(place)
    if known is not None and known.ours:
        return known
    from shoal.upscale.graph import prepared

    made = prepared(weights, trust=trust, onnx=known.onnx if known else None)
    if known is None:
        kept.keep(place, made)
    return made


def _checked(name: str, graph: Graph) -> Ready:
    try:
        run = EXPORTED[name](graph.onnx)
    except Exception as error:  # each runtime has its own way to refuse a graph
        raise UserError(f"{name} can't read the graph ({first_line(error)})") from None
    check(run, graph.answers)
    return Ready(name, run, graph.facts, graph.reach, graph.layer_bytes, graph.channels)


def check(run: Runtime, answers: Sequence[NDArray[np.float32]]) -> None:
    """Refuse a runtime whose answers to the probes differ from PyTorch's.

    Args:
        run: the runtime.
        answers: PyTorch's.

    Raises:
        UserError: it fails, or differs by more than `TOLERANCE`.
    """
    for lr, expected in zip(probes(answers[0].shape[1]), answers, strict=True):
        height, width = lr.shape[2:]
        try:
            answer = run(lr)
        except Exception as error:  # a graph for one size fails in its runtime's own way
            words = f"the graph can't do {width} x {height} ({first_line(error)})"
            raise UserError(words) from None
        off = float(np.abs(answer - expected).max()) if answer.shape == expected.shape else None
        if off is None or not off <= TOLERANCE:
            raise UserError(
                f"the graph answers otherwise than PyTorch at {width} x {height} "
                f"({tuple(answer.shape[2:])} in size, {off} off): use the runtime torch"
            )
