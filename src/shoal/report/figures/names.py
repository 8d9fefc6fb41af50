"""Places names beside points so that they cover as little as possible of a panel."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

SIZE = 7.5  # points
# Positions of a name relative to its marker, the preferred ones first: direction in x and y.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 2), (0, -2))
Places = NDArray[np.float64]  # (N, 2): x, y


def name_points(axes: Axes, colours: Mapping[str, str], places: Places, steps: Places) -> None:
    """Write names beside markers.

    Args:
        axes: with their final limits.
        colours: the colour of each name, in the order of the places.
        places: of the markers, in data coordinates.
        steps: the corners of the front, a line of horizontal, then vertical steps.
    """
    pixel = axes.figure.dpi / 72
    centres = axes.transData.transform(places)
    taken = [_box(x, y, 7 * pixel, 7 * pixel) for x, y in centres]
    taken += _along(axes.transData.transform(steps))
    for (name, colour), (x, y) in zip(colours.items(), centres, strict=True):
        # A letter is about 0.6 of the font size wide: measuring text takes longer than drawing it.
        width, height = 0.6 * SIZE * len(name) * pixel, 1.1 * SIZE * pixel
        gaps = width / 2 + 6 * pixel, height / 2 + 4 * pixel
        boxes = [_box(x + dx * gaps[0], y + dy * gaps[1], width, height) for dx, dy in SIDES]
        box = min(boxes, key=lambda box: _covered(box, taken, axes.bbox))
        taken.append(box)
        x, y = axes.transAxes.inverted().transform((box.x0 + width / 2, box.y0 + height / 2))
        axes.text(x, y, name, transform=axes.transAxes, ha="center", va="center",
                  fontsize=SIZE, color=colour)  # fmt: skip


def _along(corners: Places) -> list[Bbox]:
    """The area that the front covers: a box for each horizontal and vertical step."""
    boxes = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        boxes += [Bbox([[x0, y0 - 1], [x1, y0 + 1]]), Bbox([[x1 - 1, y0], [x1 + 1, y1]])]
    return boxes


def _box(x: float, y: float, width: float, height: float) -> Bbox:
    return Bbox.from_bounds(x - width / 2, y - height / 2, width, height)


def _covered(box: Bbox, taken: list[Bbox], frame: Bbox) -> float:
    """The area of a box that overlaps others or lies outside of the frame."""
    shared = (Bbox.intersection(box, other) for other in taken)
    inside = Bbox.intersection(box, frame)
    outside = box.width * box.height - (inside.width * inside.height if inside else 0)
    return outside + sum(each.width * each.height for each in shared if each)
