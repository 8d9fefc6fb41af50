"""ONNX graphs kept on disk with all that enlarging needs to know, so that it needs no PyTorch."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

import shoal
from shoal.errors import UserError
from shoal.system import regular
from shoal.system.files import asked_for

FORMAT = 1  # raised whenever the contents of these files change
PROBES = ((23, 32), (17, 9))  # sizes of LR pictures, other than the one a graph is traced with


@dataclass(frozen=True)
class Graph:
    """A network as ONNX, and what was measured when it was written.

    Attributes:
        onnx: the bytes of an ONNX file.
        facts: those of the weights' file.
        reach: LR pixels to each side that an SR pixel depends on; None: on all of them.
        layer_bytes: bytes per LR pixel of the largest layer's input and output.
        channels: of the network: 1, luma, or 3, RGB.
        ours: whether the network is one of Shoal's own, which needs no trust.
        answers: PyTorch's answers to `probes`.
    """

    onnx: bytes
    facts: Mapping[str, Any]
    reach: int | None
    layer_bytes: int
    channels: int
    ours: bool
    answers: tuple[NDArray[np.float32], ...]


def probes(channels: int) -> list[NDArray[np.float32]]:
    """The LR pictures that runtimes are compared on."""
    noise = np.random.default_rng(0)
    return [noise.random((1, channels, *size), dtype=np.float32) for size in PROBES]


def place(weights: Path) -> Path:
    """Where the graph of a weights' file is kept: its name depends on the weights and the code.

    Raises:
        UserError: there is no such file.
    """
    try:
        with regular.opened(weights) as file:
            digest = hashlib.sha256(file.read())
    except FileNotFoundError:
        raise UserError(f"{weights}: no such file") from None
    except OSError as error:
        raise UserError(f"{weights} can't be read ({error.strerror})") from None
    digest.update(f"{FORMAT} {shoal.__version__} {version('torch')} {_code()}".encode())
    return root() / "graphs" / f"{digest.hexdigest()[:16]}.safetensors"


def root() -> Path:
    """The folder of all that is kept: `$SHOAL_CACHE`, else the user's cache folder."""
    return Path(os.environ.get("SHOAL_CACHE") or user_cache_path("shoal"))


@cache
def _code() -> str:
    """A digest of the code that graphs are made by."""
    root, digest = Path(shoal.__file__).parent, hashlib.sha256()
    for package in ("models", "pictures", "upscale"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read(path: Path) -> Graph | None:
    """The graph in a file; None if there is none, or it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            told = json.loads((file.metadata() or {})["shoal"])
            onnx = file.get_tensor("onnx").tobytes()
            if hashlib.sha256(onnx).hexdigest() != told.pop("onnx"):
                return None
            answers = tuple(file.get_tensor(f"answer{n}") for n in range(len(PROBES)))
            return Graph(onnx=onnx, answers=answers, **told)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None


def keep(path: Path, graph: Graph) -> None:
    """Write a graph to a file, whole or not at all; if it can't be written, nothing is kept."""
    from safetensors.numpy import save

    told = {
        "facts": graph.facts,
        "reach": graph.reach,
        "layer_bytes": graph.layer_bytes,
        "channels": graph.channels,
        "ours": graph.ours,
        "onnx": hashlib.sha256(graph.onnx).hexdigest(),
    }
    arrays: dict[str, NDArray[Any]] = {"onnx": np.frombuffer(graph.onnx, np.uint8)}
    arrays |= {f"answer{number}": answer for number, answer in enumerate(graph.answers)}
    content = save(arrays, {"shoal": json.dumps(told, sort_keys=True)})
    with suppress(UserError), asked_for(path) as file:
        file.write(content)
