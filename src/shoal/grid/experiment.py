"""An experiment: a question, the factors it turns, and its arms."""

from dataclasses import dataclass
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError
from shoal.grid.composing import key

# Which may turn two factors at once: a cross of them.
MOST_FACTORS = 2


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


def is_of_experiment(override: str) -> bool:
    """Whether an override chooses or changes the experiment: no run gets such an override.

    >>> [is_of_experiment(text) for text in ("experiment=a", "~experiment.arms.b", "seed=0")]
    [True, True, False]
    """
    return key(override).partition(".")[0] == "experiment"


def _sets_more(loader: ConfigLoader, master: DictConfig) -> bool:
    """Whether the experiment's file changes the config beside saying what the experiment is."""
    texts = [*master.hydra.overrides.hydra, *master.hydra.overrides.task]
    texts = [text for text in texts if not is_of_experiment(text)]
    name = master.hydra.job.config_name
    without = loader.load_configuration(name, texts, RunMode.MULTIRUN)

    def plain(cfg: DictConfig) -> dict[Any, Any]:
        tree: Any = OmegaConf.to_container(cfg)
        return {key: value for key, value in tree.items() if key not in ("hydra", "experiment")}

    return plain(without) != plain(master)
