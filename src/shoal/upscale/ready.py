"""A network that is ready to run, whatever computes it; and what has to be installed for that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from shoal.errors import UserError
from shoal.models.channels import LUMA
from shoal.upscale.place import Host

# Maps LR in [0, 1], float32 `(1, C, h, w)`, to SR; arrays, or tensors on a GPU.
Runtime = Callable[[Any], Any]


@dataclass(frozen=True)
class Ready:
    """A network that is ready to run.

    Attributes:
        runtime: the name of what computes it.
        run: maps LR to SR.
        facts: of the weights' file.
        reach: LR pixels to each side that an SR pixel depends on; None if on all of them.
        layer_bytes: per LR pixel that the largest layer's input and output take.
        channels: of the pictures that the network maps.
        memory: bytes that a tile's layers may take; None: by what the host has.
        place: where it is computed.
        halved: the same in half precision, where there is that.
    """

    runtime: str
    run: Runtime
    facts: Mapping[str, Any]
    reach: int | None
    layer_bytes: int
    channels: int = LUMA
    memory: int | None = None
    place: Host = field(default_factory=Host)
    halved: Runtime | None = None


def need(*packages: str, extra: str) -> None:
    """See that packages are installed.

    Raises:
        UserError: one isn't.
    """
    for package in packages:
        if not installed(package):
            raise UserError(f"{package} is not installed: pip install 'shoal-sr[{extra}]'")


def installed(package: str) -> bool:
    """Whether a package can be imported, without doing so."""
    return find_spec(package) is not None
