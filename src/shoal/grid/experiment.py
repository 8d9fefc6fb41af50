"""An experiment: a question, the factors it turns, its arms, and what is asked of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError, unknown
from shoal.grid import cross
from shoal.grid.collapse import thresholds
from shoal.grid.composing import key

KNOWN = (
    *("question", "factors", "arms", "cross", "exclude", "baseline"),
    *("claims", "equal_within", "tune"),
)
# Parts of the config that say how an experiment is made and read, and are nothing to a run.
OF_EXPERIMENTS = ("experiment", "collapse", "tune")
ARM = "a list of overrides, e.g. [model=eed, model.units=3]"


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
        found = replace(_read(name, facts, base, left_out), collapse=thresholds(master))
        return replace(found, tune=found.tune if _tunes(master, found) else None)
    except UserError as error:
        raise UserError(f"experiment={name}: {error}") from None


def _read(name: str, facts: Any, base: tuple[str, ...], left_out: tuple[str, ...]) -> Experiment:
    _require_keys(facts)
    found = dict(cross.named(cross.cells(_map(facts, "cross"), _exclude(facts))))
    arms = {str(label): _arm(label, arm) for label, arm in _map(facts, "arms").items()}
    if twice := arms.keys() & found.keys():
        raise UserError(f"{sorted(twice)[0]} is an arm and a cell of the cross: rename the arm")
    arms |= {label: cross.overrides(cell) for label, cell in found.items()}
    baseline = facts.get("baseline")
    if baseline is not None and str(baseline) not in (*arms, *left_out):
        raise UserError(unknown("baseline", baseline, arms))
    return Experiment(
        name,
        facts["question"],
        _factors(facts),
        {label: (*base, *arm) for label, arm in arms.items()},
        {label: cross.texts(cell) for label, cell in found.items()},
        None if baseline is None or str(baseline) in left_out else str(baseline),
        _map(facts, "claims"),
        _within(facts),
        left_out,
        tune=facts.get("tune"),
    )


def _tunes(master: DictConfig, experiment: Experiment) -> bool:
    """Whether arms are tuned: where their file says how, unless `tune=false`."""
    wanted = master.get("tune", True)
    if not isinstance(wanted, bool):
        raise UserError(f"tune={wanted} is neither true nor false: the values are experiment.tune")
    if experiment.tune is None and "tune=true" in master.hydra.overrides.task:
        raise UserError("tune=true, but its file doesn't say how: give it a part tune:")
    return wanted


def _require_keys(facts: Any) -> None:
    """Refuse a file that lacks a part, or has one that there isn't."""
    if not isinstance(facts, Mapping):
        raise UserError(f"its file has no map experiment: with {', '.join(KNOWN)}")
    if "experiment" in facts:
        raise UserError("its file must begin with the line '# @package _global_'")
    if other := [str(each) for each in facts if each not in KNOWN]:
        raise UserError(unknown("experiment", other[0], KNOWN).replace("=", ".", 1))
    if not isinstance(facts.get("question"), str):
        raise UserError("it has no question: write one sentence, question: Is mine better?")
    if not facts.get("arms") and not facts.get("cross"):
        raise UserError(
            "it has no arms: write arms: {LABEL: [overrides]} or cross: {factor: [values]}"
        )
    if "exclude" in facts and not facts.get("cross"):
        raise UserError("exclude: takes cells from a cross, and it has none")


def _factors(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What arms may differ in: the factors of a cross, or those that are named."""
    named = facts.get("factors")
    if facts.get("cross"):
        if named is not None:
            raise UserError("factors: are those of the cross: leave the line out")
        return tuple(map(cross.factor, facts["cross"]))
    if not isinstance(named, list) or not named:
        raise UserError("factors: is no list of the keys that its arms turn, e.g. [model]")
    return tuple(map(str, named))


def _arm(label: Any, arm: Any) -> tuple[str, ...]:
    texts = arm if isinstance(arm, list) else []
    if not texts or not all(isinstance(text, str) and "=" in text for text in texts):
        raise UserError(f"arms.{label} is not {ARM}")
    return tuple(texts)


def _exclude(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    excluded = facts.get("exclude", [])
    if not isinstance(excluded, list) or not all(isinstance(e, Mapping) and e for e in excluded):
        raise UserError("exclude: is no list of cells, e.g. [{model: eed, task/loss: l1}]")
    return excluded


def _within(facts: Mapping[str, Any]) -> float | None:
    value = facts.get("equal_within")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (is_number and value >= 0):
        raise UserError(f"equal_within: {value} is no number of at least 0, in dB")
    return value


def _map(facts: Mapping[str, Any], part: str) -> dict[str, Any]:
    found = facts.get(part) or {}
    if not isinstance(found, Mapping):
        raise UserError(f"{part}: is not a map")
    return {str(name): value for name, value in found.items()}


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
