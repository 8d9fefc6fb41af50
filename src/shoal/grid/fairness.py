"""Checks that an experiment is fair: its arms differ in its factors alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError
from shoal.grid.experiment import Experiment
from shoal.grid.planned import PlannedRun
from shoal.models.channels import declared, key_of
from shoal.runs.kind import Kind

# Parts of the config that may differ between arms, since they change no result.
APART = ("name", "experiment", "logger")
# All arms are compared with one whose kind comes first here.
ORDER = (Kind.TRAINED, Kind.FITTED, Kind.UNTRAINED)


def require_fair(experiment: Experiment, runs: Mapping[str, PlannedRun]) -> None:
    """Refuse arms that differ in more than the factors, and factors in which no arms differ.

    Args:
        experiment: the experiment to check.
        runs: a run of each arm, by label, all with the same scale and seed.

    Raises:
        UserError: the experiment is unfair; the message names the arms and the keys.
    """
    views = {label: _view(run.tree, experiment) for label, run in runs.items()}
    kinds = {label: run.config.kind for label, run in runs.items()}
    first = min(kinds, key=lambda label: ORDER.index(kinds[label]))
    for label, view in views.items():
        # An arm of another kind, such as bicubic, is another model, whatever the factors are.
        other = kinds[label] is not kinds[first]
        turned = (*experiment.factors, *experiment.free)
        free = ("model", *turned) if other else turned
        keys = [key for key in _differences(view, views[first]) if not _under(key, free)]
        if keys:
            raise UserError(
                f"experiment={experiment.name}: arms {first} and {label} differ in "
                f"{', '.join(keys)} too: one experiment turns {' and '.join(free)} alone"
            )
    _require_turned(experiment, runs)


def _require_turned(experiment: Experiment, runs: Mapping[str, PlannedRun]) -> None:
    # An untrained model counts as a value of `model`: bicubic may be compared with one network.
    found = [factors(experiment, run) for run in runs.values()]
    for factor in experiment.factors:
        values = [each[factor] for each in found if factor in each]
        # The arms that were left out may be those that vary this factor.
        if not experiment.left_out and all(value == values[0] for value in values):
            others = ",".join(each for each in experiment.factors if each != factor)
            if not others:
                raise UserError(
                    f"experiment={experiment.name}: its arms don't turn {factor}: add one that does"
                )
            raise UserError(
                f"experiment={experiment.name}: its arms don't turn {factor}: leave it out, "
                f"'experiment.factors=[{others}]'"
            )
    seen: dict[str, str] = {}
    for label, run in runs.items():
        if (twin := seen.setdefault(run.folder.id, label)) != label:
            raise UserError(f"experiment={experiment.name}: arms {twin} and {label} are one run")


def factors(experiment: Experiment, run: PlannedRun) -> dict[str, Any]:
    """Return the values of an experiment's factors in one of its arms; a model's is its name.

    A model that isn't trained by steps has no values for factors of the training.
    """
    if run.config.kind is Kind.UNTRAINED:
        return {"model": run.config.name}
    view = OmegaConf.create(_view(run.tree, experiment))
    return {
        key: run.config.name if key == "model" else _short(OmegaConf.select(view, key))
        for key in experiment.factors
        if run.config.kind is Kind.TRAINED or _under(key, ["model"])
    }


def _short(value: Any) -> Any:
    if isinstance(value, DictConfig) and "_target_" in value:
        return str(value._target_).rpartition(".")[2].lower()
    return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value


def _view(cfg: DictConfig, experiment: Experiment) -> dict[str, Any]:
    """Return a config in the form in which arms are compared.

    It lacks the parts `APART`, and also `budget.val_every`, which changes no weights: an expensive
    network may be validated less often.

    If a factor is a branch or lies in one, a single network counts as the deep branch of an
    ensemble without a shallow one. Channels are kept only at the top of the model.
    """
    tree: Any = OmegaConf.to_container(cfg)
    view = {key: value for key, value in tree.items() if key not in APART}
    del view["budget"]["val_every"]
    model = view["model"]
    channels = declared(model)
    if any(factor.startswith(("model.deep", "model.shallow")) for factor in experiment.factors):
        parts = model if "deep" in model else {"deep": model, "shallow": None}
        parts = {key: value for key, value in parts.items() if key != "_target_"}
        model = parts | {"channels": channels}
    view["model"] = {key: _without_channels(part, channels) for key, part in model.items()}
    return view


def _without_channels(part: Any, channels: int) -> Any:
    """Return a branch's config without channels that equal the whole model's."""
    if not isinstance(part, Mapping):
        return part
    theirs = (key_of(part), channels)
    return {
        key: _without_channels(value, channels)
        for key, value in part.items()
        if (key, value) != theirs
    }


def _differences(one: Any, other: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys in which two trees differ, as deep as both have them."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in {**one, **other}:
            if key not in one or key not in other:
                yield f"{prefix}{key}"
            else:
                yield from _differences(one[key], other[key], f"{prefix}{key}.")
    elif one != other:
        yield prefix.removesuffix(".")


def _under(key: str, tops: Sequence[str]) -> bool:
    return any(key == top or key.startswith(f"{top}.") for top in tops)
