"""Transparent pictures enlarged by what enlarges opaque ones.

A transparent picture is known by what it shows on black and on white. Both are opaque: a network
enlarges them as it does any picture, and from what comes out follow colours and opacity. So the
result, put on black or on white, is the enlarged composite; on other grounds it lies between. What
colours lie where nothing shows never enters.
"""

from collections.abc import Callable

import numpy as np

from shoal.pictures.arrays import Array, beside, namespace, take

Enlarge = Callable[[Array], Array]  # levels of grey or RGB `(1, C, H, W)` to larger ones
REACH = 2  # LR pixels to each side by which opacity is told to be flat, as far as bicubic sees
WHITE = 255.0


def enlarge(lr: Array, by: Enlarge[Array], scale: int) -> Array:
    """Levels of colours and, last, opacity `(1, C + 1, H, W)`, enlarged; C is 1 or 3.

    Where opacity is the same all around, it stays that to the last bit.

    Args:
        lr: levels in 0..255, colours not multiplied by opacity.
        by: what enlarges opaque levels.
        scale: by which it does.
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
    # By least squares over both grounds, since opacity that was clipped or held fits neither.
    black = (on_black + on_white - WHITE * (1 - shown)) / 2
    return _joined(black / namespace(lr).where(shown > 0, shown, 1.0), shown * WHITE)


def _same(opacity: Array, value: float) -> bool:
    return bool((opacity == value).all())


def _joined(colours: Array, opacity: Array) -> Array:
    joined: Array = namespace(colours).concatenate([colours, opacity], 1)
    return joined


def _flat_where_it_was(shown: Array, opacity: Array, scale: int) -> Array:
    """Opacity as it is in LR where that is the same all around."""
    least, most = _around(opacity, "minimum"), _around(opacity, "maximum")
    flat = _repeated(least == most, scale)
    kept: Array = namespace(shown).where(flat, _repeated(opacity, scale), shown)
    return kept


def _around(opacity: Array, choice: str) -> Array:
    """The `minimum` or `maximum` of the pixels around each, `REACH` to each side."""
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
    """Each pixel as a square of the scale."""
    for dim in (-2, -1):
        each = np.repeat(np.arange(levels.shape[dim]), scale)
        levels = take(levels, beside(each, levels), dim)
    return levels
