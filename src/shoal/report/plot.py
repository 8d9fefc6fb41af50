"""Curves in a terminal: a grid of letters, one for each curve."""

import string
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (N, 2): x, y
LETTERS = string.ascii_letters
MARGIN = 9  # characters for the numbers on the left


def plot(lines: Mapping[str, Points], width: int, height: int) -> list[str]:
    """Plot curves into one grid of characters, followed by a legend of their letters.

    The vertical range is that of the curves' second halves, since all begin far below. `*` marks a
    point where several curves meet.

    Args:
        lines: the curves by name, each with at least one point.
        width: of the text, in characters.
        height: of the grid, in lines.
    """
    columns = max(10, width - MARGIN)
    end = max(points[:, 0].max() for points in lines.values()) or 1.0
    late = np.concatenate([points[len(points) // 2 :, 1] for points in lines.values()])
    low, high = float(late.min()), float(late.max())
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    grid = np.full((height, columns), " ")
    for letter, points in zip(LETTERS, lines.values(), strict=False):
        x = np.linspace(points[0, 0], points[-1, 0], columns)
        at = np.rint(x / end * (columns - 1)).astype(int)
        y = np.interp(x, points[:, 0], points[:, 1])
        row = np.rint((high - y) / (high - low) * (height - 1)).astype(int)
        for r, c in {(r, c) for r, c in zip(row, at, strict=True) if 0 <= r < height}:
            grid[r, c] = letter if grid[r, c] in (" ", letter) else "*"
    marks = np.linspace(high, low, height)
    text = [f"{mark:7.2f} │{''.join(row)}" for mark, row in zip(marks, grid, strict=True)]
    right = f"{end:.0f}"
    text += [f"{'':8}└{'─' * columns}", f"{'':9}0{right:>{columns - 1}}"]
    text += [f"{letter}: {name}" for letter, name in zip(LETTERS, lines, strict=False)]
    left = len(lines) - len(LETTERS)
    return [*text, f"not drawn: {left} curves, for lack of letters"] if left > 0 else text
