"""An experiment: a question, the factors it turns, and its arms. Arms differ in nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError
from shoal.grid.jobs import Job, key
from shoal.runs.kind import Kind

# Which may turn two factors at once: a cross of them.
MOST_FACTORS = 2
# Follow from the arm, and decide nothing.
APART = ("name", "experiment", "logger")


@dataclass(frozen=True)
class Experiment:
    """What a file of `conf/experiment` says under `experiment`.

    Attributes:
        name: of the file.
        question: one sentence.
        factors: keys of the config, one or, in a cross, two.
        arms: the overrides of each, by label, in the order of the table. A run is made of nothing
            but them and what the user says, so that experiments share runs.
    """

    name: str
    question: str
    factors: tuple[str, ...]
    arms: dict[str, tuple[str, ...]]


def read(loader: ConfigLoader, master: DictConfig) -> Experiment:
    """The experiment that a grid's config holds under `experiment`.

    Raises:
        UserError: its file is not as it must be.
    """
    name = str(master.hydra.runtime.choices["experiment"])
    facts: Any = OmegaConf.to_container(master.experiment)
    base = (f"experiment={name}",) if _sets_more(loader, master) else ()
    try:
        arms = {str(label): (*base, *arm) for label, arm in facts["arms"].items()}
        experiment = Experiment(name, str(facts["question"]), tuple(facts["factors"]), arms)
    except (LookupError, TypeError, AttributeError) as error:
        known = "question, factors (a list) and arms (label: [overrides])"
        raise UserError(f"experiment={name} is incomplete ({error!r}): it needs {known}") from None
    if not 1 <= len(experiment.factors) <= MOST_FACTORS:
        raise UserError(f"experiment={name}: factors are one, or two that are crossed")
    return experiment


def speaks_of_experiment(override: str) -> bool:
    """Whether an override chooses or changes the experiment, so that no run is to hear of it.

    >>> [speaks_of_experiment(text) for text in ("experiment=a", "~experiment.arms.b", "seed=0")]
    [True, True, False]
    """
    return key(override).partition(".")[0] == "experiment"


def _sets_more(loader: ConfigLoader, master: DictConfig) -> bool:
    """Whether the experiment's file changes the config beside saying what the experiment is."""
    texts = [*master.hydra.overrides.hydra, *master.hydra.overrides.task]
    texts = [text for text in texts if not speaks_of_experiment(text)]
    name = master.hydra.job.config_name
    without = loader.load_configuration(name, texts, RunMode.MULTIRUN)

    def plain(cfg: DictConfig) -> dict[Any, Any]:
        tree: Any = OmegaConf.to_container(cfg)
        return {key: value for key, value in tree.items() if key not in ("hydra", "experiment")}

    return plain(without) != plain(master)


def require_fair(experiment: Experiment, jobs: Mapping[str, Job]) -> None:
    """Refuse arms that differ in more than the factors, in nothing, or not in a factor at all.

    Args:
        experiment: to be looked at.
        jobs: one of each arm, of the same scale and seed.

    Raises:
        UserError: naming the arms and the keys.
    """
    views = {label: _view(job.tree, experiment) for label, job in jobs.items()}
    first = next(label for label, job in jobs.items() if job.config.kind is Kind.TRAINED)
    for label, view in views.items():
        # What trains nothing differs by being another model, whatever the factors are.
        free = experiment.factors if jobs[label].config.kind is Kind.TRAINED else ("model",)
        keys = [key for key in _differences(view, views[first]) if not _under(key, free)]
        if keys:
            raise UserError(
                f"experiment={experiment.name}: arms {first} and {label} differ in "
                f"{', '.join(keys)} too: one experiment turns {' and '.join(free)} alone"
            )
    _require_turned(experiment, jobs)


def _require_turned(experiment: Experiment, jobs: Mapping[str, Job]) -> None:
    trained = {label: job for label, job in jobs.items() if job.config.kind is Kind.TRAINED}
    for factor in experiment.factors:
        values = [factors(experiment, job)[factor] for job in trained.values()]
        if all(value == values[0] for value in values):
            raise UserError(f"experiment={experiment.name}: its arms don't turn {factor}")
    seen: dict[str, str] = {}
    for label, job in jobs.items():
        if (twin := seen.setdefault(job.folder.id, label)) != label:
            raise UserError(f"experiment={experiment.name}: arms {twin} and {label} are one run")


def factors(experiment: Experiment, job: Job) -> dict[str, Any]:
    """The values of an experiment's factors in one of its arms; networks by their name."""
    if job.config.kind is Kind.UNTRAINED:
        return {"model": job.config.name}
    view = OmegaConf.create(_view(job.tree, experiment))
    return {
        key: job.config.name if key == "model" else _short(OmegaConf.select(view, key))
        for key in experiment.factors
    }


def _short(value: Any) -> Any:
    if isinstance(value, DictConfig) and "_target_" in value:
        return str(value._target_).rpartition(".")[2].lower()
    return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value


def _view(cfg: DictConfig, experiment: Experiment) -> dict[str, Any]:
    """A config as arms are compared by: without its name, the experiment, and mirrors.

    How often it is validated is left out too: that decides no weight, and costs a dear network most
    of its time.

    Where a factor is a branch, or lies in one, a network that is alone counts as the deep branch
    of an ensemble without a shallow one.
    """
    tree: Any = OmegaConf.to_container(cfg)
    view = {key: value for key, value in tree.items() if key not in APART}
    del view["budget"]["val_every"]
    if any(factor.startswith(("model.deep", "model.shallow")) for factor in experiment.factors):
        model = view["model"]
        alone = "deep" not in model
        view["model"] = (
            {"deep": model, "shallow": None}
            if alone
            else {key: value for key, value in model.items() if key != "_target_"}
        )
    return view


def _differences(one: Any, other: Any, prefix: str = "") -> Iterator[str]:
    """The keys in which two trees differ, dotted; the deepest that both have."""
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
