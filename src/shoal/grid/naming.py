"""The labels and titles of a grid's runs, made of what differs between them."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal.grid.overrides import key
from shoal.grid.planned import PlannedRun

BARE = ("model", "experiment")  # keys whose values are clear without the key
OF_ITS_OWN = ("scale", "seed")  # keys that a title has apart from the label


def labels(runs: Sequence[PlannedRun]) -> list[str]:
    """Return each run's label: its values of the swept keys, except scale and seed.

    Returns:
        Labels such as `ees` or `eed lr=0.01`; the model's name if nothing else is swept.
    """
    values = [_typed(run) for run in runs]
    swept = [name for name in values[0] if len({each.get(name) for each in values}) > 1]
    return [_label(each, swept) or run.config.name for each, run in zip(values, runs, strict=True)]


def _typed(run: PlannedRun) -> dict[str, str]:
    """Return the values that a run's overrides set, by key."""
    return {key(text): text.partition("=")[2] for text in run.overrides}


def _label(values: Mapping[str, str], swept: Sequence[str]) -> str:
    return " ".join(_word(name, values.get(name, "")) for name in swept if name not in OF_ITS_OWN)


def _word(name: str, value: str) -> str:
    return value if name in BARE else f"{name.rpartition('.')[2]}={value}"


def titles(
    runs: Sequence[tuple[str, PlannedRun]], turned: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, ...], str]:
    """Return the titles under which a grid prints its runs, by the runs' overrides.

    Args:
        runs: the runs with the labels of their arms.
        turned: each arm's values of the experiment's factors, by label and key. A title omits
            values that the label contains.

    Returns:
        Titles such as `wide (channels=64), seed 1`.
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
    """Return values as words; a whole group of the config is shown by its chosen option, if any."""
    typed, values = _typed(run), dict[str, str]()
    for name, value in turned.items():
        if not isinstance(value, Mapping):
            values[name] = "none" if value is None else str(value)
        elif name in typed:
            values[name] = typed[name]
    return values
