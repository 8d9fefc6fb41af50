"""The overrides of a command: what each sets, and whether it may choose a file of `conf`."""

import re
from collections.abc import Iterable
from functools import lru_cache

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import OverrideType

# What may be set in a config that is composed already, since composing takes an eighth of a second:
# fields, but no groups, whose names have / or @, and nothing under hydra, which can't be changed.
FIELD = re.compile(r"(?!hydra\.)[A-Za-z_]\w*(\.\w+)*")
CHOICE = re.compile(r"(?!null$)[\w./-]+")  # may name a file, and sets no fields of its own

Scalar = str | float

OF_GRIDS = ("seeds", "plan")  # parts of the config that only grids use
AUTO = "seed=auto"  # has a grid add seeds until its question is decided


def key(override: str) -> str:
    """Return the key that an override sets."""
    return override.partition("=")[0].lstrip("+~")


def of_runs(overrides: Iterable[str]) -> list[str]:
    """Return overrides without those that only a grid uses.

    >>> of_runs(["model=eed", "seeds.most=8", "plan=true"])
    ['model=eed']
    """
    return [text for text in overrides if key(text).partition(".")[0] not in OF_GRIDS]


def split(overrides: Iterable[str]) -> tuple[tuple[str, ...], dict[str, Scalar]]:
    """Split overrides into those that may choose files and values to set after composing.

    >>> split(["model=eed", "scale=3", "task.optimizer.lr=1e-3", "seed=[0,1]"])
    (('model=eed', 'seed=[0,1]'), {'scale': 3, 'task.optimizer.lr': 0.001})
    """
    overrides = tuple(overrides)
    late = dict[str, Scalar]()
    for place, text in enumerate(overrides):
        others = overrides[:place] + overrides[place + 1 :]
        value = _value(text)
        if value is not None and not _overlaid(key(text), others):
            late[key(text)] = value
    return tuple(text for text in overrides if key(text) not in late), late


@lru_cache(maxsize=4096)
def _value(text: str) -> Scalar | None:
    """The value of an override that can choose no file, or None."""
    (override,) = OverridesParser.create().parse_overrides([text])
    name, value = override.key_or_group, override.value()
    if override.type != OverrideType.CHANGE or override.package or not FIELD.fullmatch(name):
        return None
    if isinstance(value, str):
        # Without a dot, it may name a file: model=eed.
        return value if "." in name and "${" not in value else None
    return value if isinstance(value, int | float) else None


def _overlaid(name: str, others: Iterable[str]) -> bool:
    """Whether the order matters, since another override sets this field too."""
    for text in others:
        other, _, value = text.partition("=")
        above = name.startswith(f"{key(other)}.") and not CHOICE.fullmatch(value)
        if key(other) == name or above:
            return True
    return False
