"""An experiment: a question, the factors it turns, its arms, and what is asked of them."""

from dataclasses import dataclass, field
from typing import Any

from shoal.grid.composing import key

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


def is_of_experiment(override: str) -> bool:
    """Whether an override chooses or changes the experiment: no run gets such an override.

    >>> [is_of_experiment(text) for text in ("experiment=a", "~experiment.arms.b", "seed=0")]
    [True, True, False]
    """
    return key(override).partition(".")[0] in OF_EXPERIMENTS
