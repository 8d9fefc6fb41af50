"""The look of each arm, the same in all figures and on the page."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """An arm's colour on white and on black, and dashes and a marker that work without colour."""

    light: str
    dark: str
    dashes: tuple[float, ...]  # lengths of dash and gap in line widths; () is a solid line
    marker: str
    width: float = 1.6


# Neighbours in the table differ in hue, in lightness and in dashes; ensembles are solid lines.
MODELS = {
    "bicubic": Style("#6b7280", "#9ca3af", (1, 1.6), "", 1.3),
    "ees": Style("#e08a00", "#f5b041", (4, 1.5, 1, 1.5), "^"),
    "eed": Style("#3f8fd2", "#74b5ee", (5, 2), "s"),
    "eeds": Style("#a8124f", "#f2719f", (), "o", 2.1),
    "dcnn": Style("#55a868", "#7fd092", (3, 1.2), "D"),
    "srcnn": Style("#b79f3a", "#dcc86a", (1.5, 1.2), "v"),
    "dscnn": Style("#12615a", "#45b8ab", (), "P", 2.1),
    "eeds_fast": Style("#6a3fb5", "#b195f0", (), "X", 2.1),
    "eeds_large": Style("#4a1f8a", "#d3bcff", (), "D", 2.1),
    "srcnn_915": Style("#8a6d1d", "#c9ab55", (3, 3), "<"),
    "scn": Style("#5d7f8c", "#9fc0cc", (6, 1), ">"),
    "espcn": Style("#c4572c", "#f08a62", (2, 2), "h"),
    "fsrcnn": Style("#d4447e", "#f795bb", (7, 2, 1, 2), "p"),
    "vdsr": Style("#1f6fb0", "#6fb3e8", (9, 2), "*"),
    "drcn": Style("#0f4c81", "#5b9bd5", (8, 1.5, 3, 1.5), "H"),
    "lapsrn": Style("#3d8b7d", "#7cc9bb", (4, 1, 1, 1, 1, 1), "d"),
    "drrn_b1u9": Style("#7a1f1f", "#e58a8a", (2, 1), "8"),
    "srdensenet": Style("#2f6f1f", "#8fd07c", (5, 1, 2, 1), "o"),
    "aplus": Style("#0b7a75", "#5fc9c3", (10, 1.5), "*"),
    "anr": Style("#9c3f9a", "#dd93db", (1, 1), "8"),
    "zeyde": Style("#6b4f2a", "#bfa076", (5, 3, 1, 3), "H"),
    "rfl": Style("#27496d", "#8db1d6", (6, 2, 2, 2), ">"),
}
# For arms that aren't named after a model, in the order of the table.
OTHERS = (
    Style("#a8124f", "#f2719f", (), "o", 1.9),
    Style("#3f8fd2", "#74b5ee", (5, 2), "s"),
    Style("#e08a00", "#f5b041", (4, 1.5, 1, 1.5), "^"),
    Style("#12615a", "#45b8ab", (3, 1.2), "D"),
    Style("#8f79d6", "#b9a7f5", (1.5, 1.2), "v"),
    Style("#444444", "#d0d0d0", (7, 2, 1, 2), "P"),
    Style("#b79f3a", "#dcc86a", (6, 1), "X"),
    Style("#c4572c", "#f08a62", (2, 2), "<"),
    Style("#5a3a8c", "#a184dd", (9, 2), "p"),
    Style("#7da7b8", "#a9d0df", (4, 1, 1, 1, 1, 1), ">"),
    Style("#7a1f1f", "#e58a8a", (3, 3), "h"),
    Style("#2f6f1f", "#8fd07c", (8, 1.5, 3, 1.5), "d"),
)


def styles(models: Mapping[str, str | None]) -> dict[str, Style]:
    """The look of each arm: a model's own if it has the model's name, else the next of `OTHERS`."""
    named = [MODELS[arm] for arm in models if arm in MODELS]
    taken = {key for look in named for key in (look.light, (look.dashes, look.marker))}
    free = [look for look in OTHERS if not {look.light, (look.dashes, look.marker)} & taken]
    others = itertools.cycle(free)
    return {arm: MODELS.get(arm) or next(others) for arm in models}
