"""Networks in a row, each of which enlarges the answer of the one before it, as one network."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from shoal.upscale.ready import Ready, Runtime


def in_a_row(networks: Sequence[Ready]) -> Ready:
    """Networks of one runtime as one, whose scale is the product of theirs.

    Nothing is rounded between them.
    """
    return reduce(_joined, networks)


def _joined(first: Ready, second: Ready) -> Ready:
    scale = int(first.facts["scale"])
    taken = max(first.layer_bytes, second.layer_bytes * scale**2)
    reach = None
    if first.reach is not None and second.reach is not None:
        reach = first.reach + -(-second.reach // scale)
    limits = [
        memory * taken // layers
        for memory, layers in (
            (first.memory, first.layer_bytes),
            (second.memory, second.layer_bytes * scale**2),
        )
        if memory is not None
    ]
    return replace(
        first,
        run=_after(first.run, second.run),
        facts={**first.facts, "scale": scale * int(second.facts["scale"])},
        reach=reach,
        layer_bytes=taken,
        memory=min(limits, default=None),
        halved=_after(first.halved, second.halved) if first.halved and second.halved else None,
    )


def _after(first: Runtime, second: Runtime) -> Runtime:
    def run(lr: Any) -> Any:
        return second(first(lr))

    return run
