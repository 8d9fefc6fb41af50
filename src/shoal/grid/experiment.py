"""An experiment: a question, its factors, its arms, and claims about them."""

from dataclasses import dataclass, field
from typing import Any

from shoal.grid.overrides import key

# Parts of the config that define an experiment and its evaluation; runs don't get them.
OF_EXPERIMENTS = ("experiment", "arms", "collapse", "tune")
# The parts that define the arms.
OF_ARMS = ("experiment.arms", "experiment.cross", "experiment.exclude")


@dataclass(frozen=True)
class Experiment:
    """What a file of `conf/experiment` says under `experiment`.

    Attributes:
        name: the file's name.
        question: one sentence.
        factors: the keys of the config in which arms may differ.
        arms: each arm's overrides, by label, in the order of the table. A run depends only on them
            and on the user's overrides, so experiments can share runs.
        cells: for a cross, the values of each arm's factors as text, by label.
        baseline: the arm that the others are compared with.
        claims: as in the file, by id; `shoal.claims` reads them.
        equal_within: half the width of the region of practical equivalence of PSNR (dB); None: the
            default.
        collapse: the thresholds by which `shoal.results` counts a run as collapsed.
        tune: how each arm first finds its own value of a key; `shoal.grid.tuning` reads it.
        tuned: if arms have their own values, what was tried and chosen.
        trial: whether this grid tries values for another experiment; its findings are tables only.
        free: keys besides the factors in which arms may differ.
        left_out: arms of the file that the command line removes.
        changed: whether the command line changes the arms, so that findings go to another folder.
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
    """Whether an override chooses or changes the experiment; runs don't get it.

    >>> [is_of_experiment(text) for text in ("experiment=a", "~experiment.arms.b", "seed=0")]
    [True, True, False]
    """
    return key(override).partition(".")[0] in OF_EXPERIMENTS
