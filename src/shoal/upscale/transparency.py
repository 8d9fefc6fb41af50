"""Transparent pictures enlarged by networks for opaque ones.

A transparent picture is determined by its composites on black and on white. Both are opaque, so a
network enlarges them like any picture, and colours and opacity follow from the two results. On
black or white the result thus shows the enlarged composite; on other backgrounds it lies between.
Colours of fully transparent pixels have no influence.
"""

from collections.abc import Callable

import numpy as np

from shoal.pictures.arrays import Array, beside, namespace, take

Enlarge = Callable[[Array], Array]  # levels of grey or RGB `(1, C, H, W)` to larger ones
REACH = 2  # LR pixels to each side that opacity must not change in to count as constant
WHITE = 255.0


def enlarge(lr: Array, by: Enlarge[Array], scale: int) -> Array:
    """Enlarge levels of colours and, as the last channel, opacity.

    Where opacity is constant, it keeps its value to the last bit.

    Args:
        lr: levels in 0..255, `(1, C + 1, H, W)` with C = 1 or 3; colours are not multiplied by
            opacity.
        by: enlarges opaque levels.
        scale: of `by`.
    """
    colours, opacity = lr[:, :-1], lr[:, -1:] / WHITE
    if _same(opacity, 1.0):
        return _joined(by(colours), _repeated(lr[:, -1:], scale))
    if _same(opacity, 0.0):
        return _repeated(lr * 0, scale)
    black = colours * opacity
    on_black, on_white = by(black), by(black + WHITE * (1 - opacity))
    shown = 1 - (on_white - on_black).mean(1)[:, None] / WHITE
    shown = _flat_where_it_was(shown.clip(0, 1), opacity, scale)
    # By least squares over both composites: after clipping, opacity fits neither exactly.
    black = (on_black + on_white - WHITE * (1 - shown)) / 2
    return _joined(black / namespace(lr).where(shown > 0, shown, 1.0), shown * WHITE)


def _same(opacity: Array, value: float) -> bool:
    return bool((opacity == value).all())


def _joined(colours: Array, opacity: Array) -> Array:
    joined: Array = namespace(colours).concatenate([colours, opacity], 1)
    return joined


def _flat_where_it_was(shown: Array, opacity: Array, scale: int) -> Array:
    """Opacity with LR's own value where that is constant."""
    least, most = _around(opacity, "minimum"), _around(opacity, "maximum")
    flat = _repeated(least == most, scale)
    kept: Array = namespace(shown).where(flat, _repeated(opacity, scale), shown)
    return kept


def _around(opacity: Array, choice: str) -> Array:
    """The `minimum` or `maximum` around each pixel, `REACH` pixels to each side."""
    choose = getattr(namespace(opacity), choice)
    for dim in (-2, -1):
        size = opacity.shape[dim]
        found = opacity
        for step in range(-REACH, REACH + 1):
            near = np.clip(np.arange(size) + step, 0, size - 1)
            found = choose(found, take(opacity, beside(near, opacity), dim))
        opacity = found
    return opacity


def _repeated(levels: Array, scale: int) -> Array:
    """Each pixel repeated to a square of side `scale`."""
    for dim in (-2, -1):
        each = np.repeat(np.arange(levels.shape[dim]), scale)
        levels = take(levels, beside(each, levels), dim)
    return levels
