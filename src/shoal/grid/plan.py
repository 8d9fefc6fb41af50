"""The plan of an experiment's grid: every run with its arm, and where the findings will go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.grid import identity
from shoal.grid.composing import key
from shoal.grid.experiment import Experiment
from shoal.grid.fairness import factors, require_fair
from shoal.grid.planned import PlannedRun, one_folder
from shoal.grid.spared import beyond
from shoal.runs.plans import plan_path

Combinations = Sequence[Sequence[str]]


@dataclass
class Plan:
    """An experiment's grid; runs may be added to it, and nothing else of it changes.

    Args:
        experiment: the question.
        given: what the user overrides, once per combination of scale and seed.
        compose: a run from overrides.
        looks: where seeds are added until all is decided (`seed=auto`): those that have been, as
            `results.Study` has them; `given` then has the first seeds.

    Raises:
        UserError: the arms differ in more than the factors, or the user overrides a factor.
    """

    experiment: Experiment
    given: Combinations
    compose: Callable[[Sequence[str]], PlannedRun]
    looks: list[dict[str, Any]] | None = None
    runs: list[tuple[str, PlannedRun]] = field(init=False)  # by label, arm by arm

    def __post_init__(self) -> None:
        self._require_free()
        self.runs = [
            (label, self._planned(label, combination))
            for combination in self.given
            for label in self.experiment.arms
        ]
        require_fair(self.experiment, self.first)

    def add(self, label: str, seed: int) -> None:
        """Plan one more seed of an arm, at every scale; one that is planned already stays."""
        there = {run.overrides for _, run in self.runs}
        for given in {tuple(_at(seed, each)): None for each in self.given}:
            run = self._planned(label, given)
            if run.overrides not in there and run.config.kind.learns:
                self.runs.append((label, run))

    def _planned(self, label: str, given: Sequence[str]) -> PlannedRun:
        return self.compose([*self.experiment.arms[label], *given])

    @property
    def first(self) -> dict[str, PlannedRun]:
        """The runs of the first combination, by label."""
        return dict(self.runs[: len(self.experiment.arms)])

    def _require_free(self) -> None:
        """Refuse what the user says where the arms say it, and sweeps that make other questions."""
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
        """Of its file: `runs/.experiments/<name>-<digest>.json`."""
        folder = one_folder([run for _, run in self.runs])
        return plan_path(folder, self.experiment.name, self.digest)

    @cached_property
    def turned(self) -> dict[str, dict[str, Any]]:
        """Each arm's values of the factors, and of what else it may differ in, by label."""
        mine = self.experiment
        whole = replace(mine, factors=(*mine.factors, *mine.free))
        return {label: factors(whole, run) for label, run in self.first.items()}

    @cached_property
    def arms(self) -> list[dict[str, Any]]:
        """Each arm's label, its values of the factors, and its overrides."""
        return [
            {
                "label": label,
                "factor": factors(self.experiment, run),
                "overrides": list(self.experiment.arms[label]),
            }
            for label, run in self.first.items()
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Every run once; one that learns nothing has no seed."""
        rows = {}
        for label, run in self.runs:
            seed = run.config.seed if run.config.kind.learns else None
            row = {"arm": label, "scale": run.config.scale, "seed": seed, "id": run.folder.id}
            rows[tuple(row.values())] = row
        return list(rows.values())

    @cached_property
    def digest(self) -> str:
        """Of the grid: eight hex digits, which its file is named by."""
        scored, adds_seeds = self.runs[0][1].key[1:], self.looks is not None
        return identity.digest(self.arms, self.rows(), scored, adds_seeds=adds_seeds)

    @cached_property
    def folder(self) -> str:
        """Of the findings: see `identity.folder`."""
        return self._named(self.digest if self._is_marked or self.spared else "")

    @cached_property
    def spared(self) -> str:
        """That the folder of the plain name holds more and is left alone, in a line; mostly ""."""
        config = self.runs[-1][1].config
        place = config.paths.experiments / self._named("")
        more = beyond(place, config.precision, self.rows(), self.looks)
        if not more or self._is_marked:
            return ""
        mine = place.parents[1] / self._named(self.digest)
        return f"{place} has {more}, and stays: these findings go to {mine}"

    @cached_property
    def _is_marked(self) -> bool:
        """Whether more differs from the experiment's file than a folder's name tells."""
        anew = self.looks is not None and min(self.facts["seeds"]) > 0
        return self.experiment.changed or anew or not identity.is_told(self.given[0], self._last)

    def _named(self, mark: str) -> str:
        return identity.folder(self.experiment, self.facts, mark)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What names a study."""
        return identity.facts([self._last(combination).config for combination in self.given])

    def _last(self, given: Sequence[str]) -> PlannedRun:
        """The last arm's run: what names a study is the same in all arms."""
        return self._planned(next(reversed(self.experiment.arms)), given)


def _at(seed: int, given: Sequence[str]) -> list[str]:
    """A combination with another seed."""
    return [*(text for text in given if key(text) != "seed"), f"seed={seed}"]
