"""A network that is ready to run in some runtime, and the packages that runtimes need."""

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
        runtime: its name.
        run: maps LR to SR.
        facts: those of the weights' file.
        reach: LR pixels to each side that an SR pixel depends on; None: on all of them.
        layer_bytes: bytes per LR pixel of the largest layer's input and output.
        channels: of the network: 1, luma, or 3, RGB.
        memory: bytes that a tile's layers may take; None: by the host's free memory.
        place: where it is computed.
        halved: `run` in half precision; None if the runtime has none.
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
    """Refuse to go on without some packages.

    Args:
        packages: by their import names.
        extra: of `shoal-sr` that installs them.

    Raises:
        UserError: one isn't installed.
    """
    for package in packages:
        if not installed(package):
            raise UserError(f"{package} is not installed: pip install 'shoal-sr[{extra}]'")


def installed(package: str) -> bool:
    """Whether a package can be imported, without importing it."""
    return find_spec(package) is not None
