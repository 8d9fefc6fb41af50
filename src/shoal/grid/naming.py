"""What a grid calls its runs: by what turns from one to the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal.grid.composing import key
from shoal.grid.planned import PlannedRun

BARE = ("model", "experiment")  # whose values say by themselves what they are of
OF_ITS_OWN = ("scale", "seed")  # said beside the label


def labels(runs: Sequence[PlannedRun]) -> list[str]:
    """The label of each run of a grid: its values of what is swept, but for scale and seed.

    Returns:
        e.g. `ees`, or `eed lr=0.01`; the model's name where nothing else is swept.
    """
    values = [_typed(run) for run in runs]
    swept = [name for name in values[0] if len({each.get(name) for each in values}) > 1]
    return [_label(each, swept) or run.config.name for each, run in zip(values, runs, strict=True)]


def _typed(run: PlannedRun) -> dict[str, str]:
    """What the overrides of a run set, by their keys."""
    return {key(text): text.partition("=")[2] for text in run.overrides}


def _label(values: Mapping[str, str], swept: Sequence[str]) -> str:
    return " ".join(_word(name, values.get(name, "")) for name in swept if name not in OF_ITS_OWN)


def _word(name: str, value: str) -> str:
    return value if name in BARE else f"{name.rpartition('.')[2]}={value}"


def titles(
    runs: Sequence[tuple[str, PlannedRun]], turned: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, ...], str]:
    """What the lines of a grid call its runs, by their overrides.

    Args:
        runs: with the labels of their arms.
        turned: each arm's values of the experiment's factors, by label and key; one that the label
            says already isn't repeated.

    Returns:
        e.g. `wide (channels=64), seed 1`.
    """
    several = len({run.config.scale for _, run in runs}) > 1
    return {
        run.overrides: _title(label, turned.get(label, {}), run, several) for label, run in runs
    }


def _title(label: str, turned: Mapping[str, Any], run: PlannedRun, several_scales: bool) -> str:
    words = [_word(name, value) for name, value in _values(turned, run).items()]
    told = (label.casefold(), *label.casefold().split())
    said = ", ".join(word for word in words if word.casefold() not in told)
    facts = [f"{label} ({said})" if said else label]
    facts += [f"x{run.config.scale}"] if several_scales else []
    facts += [f"seed {run.config.seed}"] if run.config.kind.learns else []
    return ", ".join(facts)


def _values(turned: Mapping[str, Any], run: PlannedRun) -> dict[str, str]:
    """Values as words; a whole group of the config is the choice that was made of it, if any."""
    typed, values = _typed(run), dict[str, str]()
    for name, value in turned.items():
        if not isinstance(value, Mapping):
            values[name] = "none" if value is None else str(value)
        elif name in typed:
            values[name] = typed[name]
    return values
