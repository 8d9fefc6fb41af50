"""How wide text is in a figure, and how many names a line of a legend takes."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.textpath import TextPath

SIZE = 9  # points: of the text in a figure
HANDLE = 3.2  # times the size: the length of the line beside a name
AROUND = SIZE * (HANDLE + 0.8 + 2.0)  # points: that line, Matplotlib's gap, and the next column's


def text_width(text: str, size: float) -> float:
    """The width of a text's longest line, in points."""
    lines = [each for each in text.splitlines() if each.strip()]  # nothing has no extents
    return max((float(TextPath((0, 0), each, size=size).get_extents().width) for each in lines),
               default=0.0)  # fmt: skip


def per_line(names: Sequence[str], width: float, most: int) -> int:
    """The number of columns in which a legend lists names, its lines being filled evenly.

    Args:
        names: in their order.
        width: of the figure, in points.
        most: of columns.
    """
    widths = [text_width(name, SIZE) + AROUND for name in names]
    for count in range(min(most, len(names)), 1, -1):
        columns = np.array_split(widths, math.ceil(len(names) / math.ceil(len(names) / count)))
        if sum(column.max() for column in columns) <= width:
            return len(columns)
    return 1
