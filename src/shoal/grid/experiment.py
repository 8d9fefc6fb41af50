"""An experiment: a question, the factors it turns, its arms, and what is asked of them."""

from dataclasses import dataclass, field, replace
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError, unknown
from shoal.grid import cross
from shoal.grid.collapse import thresholds
from shoal.grid.composing import key
from shoal.grid.experiment_file import (
    equal_within,
    excluded,
    factors_of,
    map_of,
    overrides_of,
    require_keys,
)

# Parts of the config that say how an experiment is made and read, and are nothing to a run.
OF_EXPERIMENTS = ("experiment", "arms", "collapse", "tune")
# Those that say which arms there are.
OF_ARMS = ("experiment.arms", "experiment.cross", "experiment.exclude")


@dataclass(frozen=True)
class Experiment:
    """What a file of `conf/experiment` says under `experiment`.

    Attributes:
        name: of the file.
        question: one sentence.
        factors: keys of the config.
        arms: the overrides of each, by label, in the order of the table. A run is made of nothing
            but them and what the user says, so that experiments share runs.
        cells: of a cross, the values of each arm's factors as text, by label.
        baseline: the arm that the others are compared with.
        claims: as the file has them, by id; `shoal.claims` reads them.
        equal_within: half of the region of practical equivalence of PSNR (dB); None: as usual.
        collapse: the thresholds by which `shoal.results` takes a run for collapsed.
        tune: how each arm first finds a value of its own; `shoal.grid.tuning` reads it.
        tuned: of arms at values of their own, what was tried and chosen.
        trial: whether it tries values for another experiment: its findings are rows alone.
        free: keys beside the factors in which arms may differ.
        left_out: arms that the file has and the command line took away.
        changed: whether the command line says which arms there are: another question's findings.
    """

    name: str
    question: str
    factors: tuple[str, ...]
    arms: dict[str, tuple[str, ...]]
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    baseline: str | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    equal_within: float | None = None
    left_out: tuple[str, ...] = ()
    collapse: dict[str, float] = field(default_factory=dict)
    tune: dict[str, Any] | None = None
    tuned: dict[str, Any] = field(default_factory=dict)
    trial: bool = False
    free: tuple[str, ...] = ()
    changed: bool = False


def read(loader: ConfigLoader, master: DictConfig) -> Experiment:
    """The experiment that a grid's config holds under `experiment`.

    Raises:
        UserError: its file is not as it must be.
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
    """With the arms that `arms=[...]` names alone, in the order of the table; None: with all."""
    if wanted is None:
        return experiment
    if not OmegaConf.is_list(wanted) or not wanted:
        raise UserError(f"arms={wanted} is no list of arms: write {_listed(experiment)}")
    labels = [str(label) for label in wanted]
    for label in labels:
        if label not in experiment.arms:
            raise UserError(unknown("arms", label, experiment.arms))
    rest = tuple(label for label in experiment.arms if label not in labels)
    return replace(
        experiment,
        arms={label: texts for label, texts in experiment.arms.items() if label in labels},
        cells={label: cell for label, cell in experiment.cells.items() if label in labels},
        baseline=None if experiment.baseline in rest else experiment.baseline,
        left_out=(*experiment.left_out, *rest),
    )


def _listed(experiment: Experiment) -> str:
    """Two of its arms, as `arms` takes them."""
    return f"arms=[{','.join([*experiment.arms][:2])}]"


def _tunes(master: DictConfig, experiment: Experiment) -> bool:
    """Whether arms are tuned: where their file says how, unless `tune=false`."""
    wanted = master.get("tune", True)
    if not isinstance(wanted, bool):
        raise UserError(f"tune={wanted} is neither true nor false: the values are experiment.tune")
    if experiment.tune is None and "tune=true" in master.hydra.overrides.task:
        raise UserError("tune=true, but its file doesn't say how: give it a part tune:")
    return wanted


def is_of_experiment(override: str) -> bool:
    """Whether an override chooses or changes the experiment: no run gets such an override.

    >>> [is_of_experiment(text) for text in ("experiment=a", "~experiment.arms.b", "seed=0")]
    [True, True, False]
    """
    return key(override).partition(".")[0] in OF_EXPERIMENTS


def _sets_more(loader: ConfigLoader, master: DictConfig) -> bool:
    """Whether the experiment's file changes the config beside saying what the experiment is."""
    texts = [*master.hydra.overrides.hydra, *master.hydra.overrides.task]
    texts = [text for text in texts if not is_of_experiment(text)]
    name = master.hydra.job.config_name
    without = loader.load_configuration(name, texts, RunMode.MULTIRUN)

    def plain(cfg: DictConfig) -> dict[Any, Any]:
        tree: Any = OmegaConf.to_container(cfg)
        return {k: v for k, v in tree.items() if k not in ("hydra", *OF_EXPERIMENTS)}

    return plain(without) != plain(master)
