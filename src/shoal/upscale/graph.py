"""Networks as ONNX graphs, each of which takes pictures of any size."""

import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from shoal.errors import UserError, first_line
from shoal.models import weights
from shoal.models.channels import channels_of
from shoal.models.flat import flat
from shoal.models.profile import layer_bytes, reach
from shoal.upscale.kept import Graph
from shoal.upscale.pytorch import answers
from shoal.upscale.ready import need

OPSET = 18  # the lowest that PyTorch's exporter writes without converting
PORTABLE = 8  # the version of ONNX files that came with that opset


def graph(network: nn.Module, facts: Mapping[str, Any]) -> bytes:
    """The bytes of an ONNX file.

    Its input `lr` is luma `(1, 1, h, w)` or RGB `(1, 3, h, w)` in [0, 1], its output `sr` is
    `scale` times as large. The metadata `shoal` holds the facts as JSON.

    Raises:
        UserError: onnx isn't installed, or can't express the network.
    """
    need("onnx", "onnxscript", extra="onnx")
    try:
        with _quiet():
            program: Any = torch.onnx.export(
                network,
                (torch.zeros(1, channels_of(network), 20, 28),),
                input_names=["lr"],
                output_names=["sr"],
                dynamic_shapes=({2: "height", 3: "width"},),
                dynamo=True,
                opset_version=OPSET,
                verbose=False,
            )
    except Exception as error:  # what is raised depends on the network
        reason = first_line(error.__cause__ or error)
        raise UserError(f"this network can't be written as ONNX ({reason})") from None
    model = program.model_proto
    model.metadata_props.add(key="shoal", value=json.dumps(facts, sort_keys=True))
    content: bytes = model.SerializeToString()
    return content


def portable(content: bytes) -> bytes:
    """An ONNX file that older runtimes read too: of version 8, without the exporter's metadata."""
    import onnx

    model = onnx.load_from_string(content)
    model.ir_version = PORTABLE
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.value_info):
        del part.metadata_props[:]
    for end in (model.graph, *model.graph.input, *model.graph.output):
        del end.metadata_props[:]
    onnx.checker.check_model(model)
    return model.SerializeToString()


def prepared(path: Path, *, trust: bool = False, onnx: bytes | None = None) -> Graph:
    """The graph of a weights' file, and all else that enlarging needs to know of the network.

    Args:
        path: of the file.
        trust: also build networks that are not Shoal's own.
        onnx: the graph, if it exists already, since writing one takes seconds.

    Raises:
        UserError: there are no such weights, or ONNX can't hold the network.
    """
    network, facts = weights.load(path, trust=trust)
    ours = weights.are_ours(facts["model"])
    sizes = reach(network), layer_bytes(network)
    network = flat(network, sizes[0])
    content = graph(network, facts) if onnx is None else onnx
    return Graph(content, facts, *sizes, channels_of(network), ours, answers(network))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's warnings, which concern packages and itself; errors are shown."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
