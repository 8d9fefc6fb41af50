"""The plan of an experiment's grid: every run with its arm, and where the findings will go."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from shoal.errors import UserError
from shoal.grid.composing import key
from shoal.grid.experiment import Experiment
from shoal.grid.fairness import factors, require_fair
from shoal.grid.held import beyond
from shoal.grid.planned import PlannedRun, one_folder

# An experiment is repeated over these; whatever else is swept would make another question of it.
SWEPT = ("scale", "seed")
# What the name of a folder of findings tells; any other change marks it with a digest.
# Precision is told apart where findings are written: a name has it only where two would meet.
NAMED = ("data", "budget", "trainer.precision", *SWEPT)
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
        if other := sorted(swept - set(SWEPT)):
            raise UserError(
                f"{other[0]} is swept, and experiment={name} is repeated over scale and seed alone:"
                f" issue one grid for each {other[0]}"
            )

    @cached_property
    def path(self) -> Path:
        """Of its file: `runs/.experiments/<name>-<digest>.json`."""
        folder = one_folder([run for _, run in self.runs])
        return folder / ".experiments" / f"{self.experiment.name}-{self.digest}.json"

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
        rows = self.rows()
        asked: list[Any] = []
        if self.looks is not None:  # added seeds make no other question
            least = min((row["seed"] for row in rows if row["seed"] is not None), default=None)
            rows, asked = [row for row in rows if row["seed"] in (None, least)], ["auto"]
        text = json.dumps([self.arms, rows, self.runs[0][1].key[1:], *asked])
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @cached_property
    def folder(self) -> str:
        """Of the findings: `<question>/<data>-x<scale>-<budget>`."""
        return self._named(self.digest) if self._is_marked() or self.spared else self._named()

    @cached_property
    def spared(self) -> str:
        """That the folder of the plain name holds more and is left alone, in a line; mostly ""."""
        config = self.runs[-1][1].config
        place = config.paths.experiments / self._named()
        more = beyond(place, config.precision, self.rows(), self.looks)
        if not more or self._is_marked():
            return ""
        mine = place.parents[1] / self._named(self.digest)
        return f"{place} has {more}, and stays: these findings go to {mine}"

    def _named(self, *mark: str) -> str:
        asked = self.facts
        scales = "+".join(map(str, asked["scales"]))
        parts = [asked["data"], f"x{scales}", asked["budget"], *mark]
        parts += ["tuned"] if self.experiment.tuned else []
        return f"{self.experiment.name}/{'-'.join(parts)}"

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What names a study."""
        label = next(reversed(self.experiment.arms))
        cfgs = [self._planned(label, combination).config for combination in self.given]
        return {
            "data": cfgs[0].data.name,
            "budget": cfgs[0].budget.name,
            "precision": cfgs[0].precision,
            "scales": sorted({cfg.scale for cfg in cfgs}),
            "seeds": sorted({cfg.seed for cfg in cfgs}),
        }

    def _is_marked(self) -> bool:
        """Whether the user changed more of what decides the numbers than a folder's name tells."""
        anew = self.looks is not None and min(self.facts["seeds"]) > 0
        if self.experiment.changed or anew:
            return True
        label = next(reversed(self.experiment.arms))
        try:
            plain = self._planned(label, [text for text in self.given[0] if key(text) in NAMED])
        except UserError:  # data=folder without its folders
            return True
        run = self._planned(label, self.given[0])
        # By id and not by folder: where runs lie decides no number.
        return (run.folder.id, *run.key[1:]) != (plain.folder.id, *plain.key[1:])


def _at(seed: int, given: Sequence[str]) -> list[str]:
    """A combination with another seed."""
    return [*(text for text in given if key(text) != "seed"), f"seed={seed}"]
