"""Reads the experiment that a command asks for: its file, with changes of the command line."""

from dataclasses import replace
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError, unknown
from shoal.grid import cross
from shoal.grid.collapse import thresholds
from shoal.grid.experiment import OF_ARMS, OF_EXPERIMENTS, Experiment, is_of_experiment
from shoal.grid.experiment_file import (
    equal_within,
    excluded,
    factors_of,
    map_of,
    overrides_of,
    require_keys,
)
from shoal.grid.overrides import key


def read(loader: ConfigLoader, master: DictConfig) -> Experiment:
    """Read the experiment of a grid's config.

    Raises:
        UserError: its file, or a change of it on the command line, is invalid.
    """
    name = str(master.hydra.runtime.choices["experiment"])
    facts: Any = OmegaConf.to_container(master.experiment) if "experiment" in master else None
    base = (f"experiment={name}",) if _sets_more(loader, master) else ()
    texts = [text for text in master.hydra.overrides.task if text.startswith("~experiment.arms.")]
    left_out = tuple(key(text).removeprefix("experiment.arms.") for text in texts)
    try:
        found = _chosen(_read(name, facts, base, left_out), master.get("arms"))
        said = any(key(text).startswith(OF_ARMS) for text in master.hydra.overrides.task)
        changed = said or bool(found.left_out)
        found = replace(found, collapse=thresholds(master), changed=changed)
        return replace(found, tune=found.tune if _tunes(master, found) else None)
    except UserError as error:
        raise UserError(f"experiment={name}: {error}") from None


def _read(name: str, facts: Any, base: tuple[str, ...], left_out: tuple[str, ...]) -> Experiment:
    require_keys(facts)
    found = dict(cross.named(cross.cells(map_of(facts, "cross"), excluded(facts))))
    arms = {str(label): overrides_of(label, arm) for label, arm in map_of(facts, "arms").items()}
    if twice := arms.keys() & found.keys():
        raise UserError(f"{sorted(twice)[0]} is an arm and a cell of the cross: rename the arm")
    arms |= {label: cross.overrides(cell) for label, cell in found.items()}
    baseline = facts.get("baseline")
    if baseline is not None and str(baseline) not in (*arms, *left_out):
        raise UserError(unknown("baseline", baseline, arms))
    return Experiment(
        name,
        facts["question"],
        factors_of(facts),
        {label: (*base, *arm) for label, arm in arms.items()},
        {label: cross.texts(cell) for label, cell in found.items()},
        None if baseline is None or str(baseline) in left_out else str(baseline),
        map_of(facts, "claims"),
        equal_within(facts),
        left_out,
        tune=facts.get("tune"),
    )


def _chosen(experiment: Experiment, wanted: Any) -> Experiment:
    """Keep only the arms that `arms=[...]` names, in the order of the table; None keeps all."""
    if wanted is None:
        return experiment
    if not OmegaConf.is_list(wanted) or not wanted:
        raise UserError(f"arms={wanted} is no list of arms: write {_listed(experiment)}")
    labels = [str(label) for label in wanted]
    for label in labels:
        if label not in experiment.arms:
            raise UserError(unknown("arms", label, experiment.arms))
    if len({*labels}) < len(labels):
        raise UserError(f"arms=[{','.join(labels)}] names an arm twice: name each once")
    rest = tuple(label for label in experiment.arms if label not in labels)
    return replace(
        experiment,
        arms={label: texts for label, texts in experiment.arms.items() if label in labels},
        cells={label: cell for label, cell in experiment.cells.items() if label in labels},
        baseline=None if experiment.baseline in rest else experiment.baseline,
        left_out=(*experiment.left_out, *rest),
    )


def _listed(experiment: Experiment) -> str:
    """Show how `arms` would name the first two arms."""
    return f"arms=[{','.join([*experiment.arms][:2])}]"


def _tunes(master: DictConfig, experiment: Experiment) -> bool:
    """Whether arms are tuned: their file says how, and `tune=false` isn't given."""
    wanted = master.get("tune", True)
    if not isinstance(wanted, bool):
        raise UserError(f"tune={wanted} is neither true nor false: the values are experiment.tune")
    if experiment.tune is None and "tune=true" in master.hydra.overrides.task:
        raise UserError("tune=true, but its file doesn't say how: give it a part tune:")
    return wanted


def _sets_more(loader: ConfigLoader, master: DictConfig) -> bool:
    """Whether the experiment's file also changes parts of the config that runs use."""
    texts = [*master.hydra.overrides.hydra, *master.hydra.overrides.task]
    texts = [text for text in texts if not is_of_experiment(text)]
    name = master.hydra.job.config_name
    without = loader.load_configuration(name, texts, RunMode.MULTIRUN)

    def plain(cfg: DictConfig) -> dict[Any, Any]:
        tree: Any = OmegaConf.to_container(cfg)
        return {k: v for k, v in tree.items() if k not in ("hydra", *OF_EXPERIMENTS)}

    return plain(without) != plain(master)
