"""Networks as ONNX: one graph for every height and width, kept for the next time."""

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from platformdirs import user_cache_path
from torch import nn

from shoal.errors import UserError, first_line
from shoal.models import weights
from shoal.models.channels import channels_of
from shoal.system.files import asked_for


def graph(network: nn.Module, facts: Mapping[str, Any]) -> bytes:
    """The bytes of an ONNX file.

    Input `lr` is luma `(1, 1, h, w)` or RGB `(1, 3, h, w)` in [0, 1], output `sr` is `scale` times
    as large. The metadata `shoal` holds the facts, as JSON.

    Raises:
        UserError: onnx isn't installed, or the network does what ONNX can't.
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
                verbose=False,
            )
    except Exception as error:  # there are as many kinds as there are networks
        reason = first_line(error.__cause__ or error)
        raise UserError(f"this network can't be written as ONNX ({reason})") from None
    model = program.model_proto
    model.metadata_props.add(key="shoal", value=json.dumps(facts, sort_keys=True))
    content: bytes = model.SerializeToString()
    return content


def kept_graph(network: nn.Module, facts: Mapping[str, Any], *, anew: bool = False) -> bytes:
    """`graph`, which takes seconds, from the cache where it is there already.

    Args:
        network: what the graph computes.
        facts: what its metadata says.
        anew: don't trust the cache: the network's code may have changed since.
    """
    digest = hashlib.sha256(weights.encode(network, facts))
    digest.update(f"{version('shoal')} {version('torch')}".encode())
    root = Path(os.environ.get("SHOAL_CACHE") or user_cache_path("shoal"))
    path = root / "graphs" / f"{digest.hexdigest()[:16]}.onnx"
    if not anew:
        with suppress(OSError):
            return path.read_bytes()
    content = graph(network, facts)
    with suppress(UserError), asked_for(path) as file:  # a cache that can't be written is none
        file.write(content)
    return content


def need(*packages: str, extra: str) -> None:
    """See that packages are installed.

    Raises:
        UserError: one isn't.
    """
    for package in packages:
        if not installed(package):
            raise UserError(f"{package} is not installed: pip install 'shoal[{extra}]'")


def installed(package: str) -> bool:
    """Whether a package can be imported, without doing so."""
    return find_spec(package) is not None


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing but errors from the exporter: its warnings speak of packages and of itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
