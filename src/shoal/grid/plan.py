"""The plan of an experiment's grid: every run with its arm, and where its findings will go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.grid import identity
from shoal.grid.experiment import Experiment
from shoal.grid.fairness import factors, require_fair
from shoal.grid.overrides import key
from shoal.grid.planned import PlannedRun, one_folder
from shoal.grid.spared import beyond
from shoal.runs.plans import plan_path

Combinations = Sequence[Sequence[str]]


@dataclass
class Plan:
    """An experiment's grid, to which runs may be added while all else stays the same.

    Args:
        experiment: the experiment.
        given: the user's overrides, once per combination of scale and seed.
        compose: composes a run from overrides.
        looks: with `seed=auto`, the looks so far, in the form of `results.Study`; `given` then has
            the first seeds. None without it.

    Attributes:
        runs: all runs with the labels of their arms, combination by combination.

    Raises:
        UserError: the arms differ in more than the factors, or the user overrides a factor.
    """

    experiment: Experiment
    given: Combinations
    compose: Callable[[Sequence[str]], PlannedRun]
    looks: list[dict[str, Any]] | None = None
    runs: list[tuple[str, PlannedRun]] = field(init=False)

    def __post_init__(self) -> None:
        self._require_free()
        self.runs = [
            (label, self._planned(label, combination))
            for combination in self.given
            for label in self.experiment.arms
        ]
        require_fair(self.experiment, self.first)

    def add(self, label: str, seed: int) -> None:
        """Plan one more seed of an arm at every scale, unless it is planned already."""
        there = {run.overrides for _, run in self.runs}
        for given in {tuple(_at(seed, each)): None for each in self.given}:
            run = self._planned(label, given)
            if run.overrides not in there and run.config.kind.learns:
                self.runs.append((label, run))

    def _planned(self, label: str, given: Sequence[str]) -> PlannedRun:
        return self.compose([*self.experiment.arms[label], *given])

    @property
    def first(self) -> dict[str, PlannedRun]:
        """The runs of the first combination, by their arms' labels."""
        return dict(self.runs[: len(self.experiment.arms)])

    def _require_free(self) -> None:
        """Refuse overrides of what the arms set, and sweeps over anything but scale and seed."""
        name, first = self.experiment.name, self.given[0]
        arms = {key(text) for arm in self.experiment.arms.values() for text in arm}
        if taken := [text for text in first if key(text) in arms]:
            raise UserError(f"{taken[0]}: the arms of experiment={name} set {key(taken[0])}")
        swept = {key(text) for each in self.given for text in set(each) - set(first)}
        if other := sorted(swept - set(identity.SWEPT)):
            raise UserError(
                f"{other[0]} is swept, and experiment={name} is repeated over scale and seed alone:"
                f" issue one grid for each {other[0]}"
            )

    @cached_property
    def path(self) -> Path:
        """The path of its file: `runs/.experiments/<name>-<digest>.json`."""
        folder = one_folder([run for _, run in self.runs])
        return plan_path(folder, self.experiment.name, self.digest)

    @cached_property
    def turned(self) -> dict[str, dict[str, Any]]:
        """Each arm's values of the factors and of other keys that may differ, by label."""
        mine = self.experiment
        whole = replace(mine, factors=(*mine.factors, *mine.free))
        return {label: factors(whole, run) for label, run in self.first.items()}

    @cached_property
    def arms(self) -> list[dict[str, Any]]:
        """Each arm's label, values of the factors, and overrides."""
        return [
            {
                "label": label,
                "factor": factors(self.experiment, run),
                "overrides": list(self.experiment.arms[label]),
            }
            for label, run in self.first.items()
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per run: arm, scale, seed (None if nothing is learnt) and id."""
        rows = {}
        for label, run in self.runs:
            seed = run.config.seed if run.config.kind.learns else None
            row = {"arm": label, "scale": run.config.scale, "seed": seed, "id": run.folder.id}
            rows[tuple(row.values())] = row
        return list(rows.values())

    @cached_property
    def digest(self) -> str:
        """The grid's digest, eight hex digits, which its file's name contains."""
        scored, adds_seeds = self.runs[0][1].key[1:], self.looks is not None
        return identity.digest(self.arms, self.rows(), scored, adds_seeds=adds_seeds)

    @cached_property
    def folder(self) -> str:
        """The folder of the findings: see `identity.folder`."""
        return self._named(self.digest if self._is_marked or self.spared else "")

    @cached_property
    def spared(self) -> str:
        """A line if the folder with the plain name holds more findings and is kept; mostly ""."""
        config = self.runs[-1][1].config
        place = config.paths.experiments / self._named("")
        more = beyond(place, config.precision, self.rows(), self.looks)
        if not more or self._is_marked:
            return ""
        mine = place.parents[1] / self._named(self.digest)
        return f"{place} has {more} and is kept: these findings go to {mine}"

    @cached_property
    def _is_marked(self) -> bool:
        """Whether the plan differs from the experiment's file in what a plain name can't tell."""
        anew = self.looks is not None and min(self.facts["seeds"]) > 0
        return self.experiment.changed or anew or not identity.is_told(self.given[0], self._last)

    def _named(self, mark: str) -> str:
        return identity.folder(self.experiment, self.facts, mark)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Data, budget, precision, scales and seeds, which name a study."""
        return identity.facts([self._last(combination).config for combination in self.given])

    def _last(self, given: Sequence[str]) -> PlannedRun:
        """Return the last arm's run; any arm would do, as all have what names a study."""
        return self._planned(next(reversed(self.experiment.arms)), given)


def _at(seed: int, given: Sequence[str]) -> list[str]:
    """Return a combination with another seed."""
    return [*(text for text in given if key(text) != "seed"), f"seed={seed}"]
