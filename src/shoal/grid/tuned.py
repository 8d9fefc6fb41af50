"""Grids of tuned arms: each arm first finds its own value of one key, with the same small budget.

There are three grids: the judge's, in which every arm tries every value on pictures outside all
test sets; the study at the common value, as without tuning; and the study with each arm at its own
value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from omegaconf import OmegaConf

from shoal.data.catalog import find
from shoal.errors import UserError
from shoal.grid import cross
from shoal.grid.experiment import Experiment
from shoal.grid.overrides import key
from shoal.grid.plan import Plan
from shoal.grid.planned import PlannedRun
from shoal.grid.tuning import Tuning, Value, meets
from shoal.runs.kind import Kind


def tried(plan: Plan, asked: Tuning) -> dict[str, tuple[str, Value]]:
    """Return the study's arm and the value that it tries for each trial, by the trial's label."""
    name, trained = cross.factor(asked.key).rpartition(".")[2], _turning(plan, asked)
    return {
        f"{label} {name}={value}": (label, value)
        for label in plan.experiment.arms
        if label in trained
        for value in asked.values
    }


def judge(plan: Plan, asked: Tuning) -> Plan:
    """Plan the grid in which arms find their values.

    Args:
        plan: the study at the common value.
        asked: how its arms are tuned.

    Raises:
        UserError: the values would be chosen by pictures of a test set.
    """
    study, trials = plan.experiment, tried(plan, asked)
    # Arms that learn nothing stay, since collapse is measured by them.
    idle = {label for label, run in plan.runs if not run.config.kind.learns}
    arms = {label: texts for label, texts in study.arms.items() if label in idle}
    arms |= {
        name: (*study.arms[label], asked.override(value)) for name, (label, value) in trials.items()
    }
    experiment = Experiment(
        f"{study.name}_tuning",
        f"Which {asked.key} serves each arm of {study.name} best?",
        (*study.factors, asked.place),
        arms,
        left_out=study.left_out,
        collapse=study.collapse,
        trial=True,
        changed=study.changed,
    )
    found = Plan(experiment, _given_to_judge(plan, asked), plan.compose)
    _require_no_test_set(plan, asked, [run for _, run in found.runs])
    return found


def own(
    plan: Plan, asked: Tuning, chosen: Mapping[str, Value], trials: Sequence[Mapping[str, Any]]
) -> Plan:
    """Plan the study with each arm at its own value.

    Args:
        plan: the study at the common value.
        asked: how its arms are tuned.
        chosen: the values, by the labels of the tuned arms.
        trials: a row per trial, to be kept with the plan.
    """
    study = plan.experiment
    arms = {
        label: (*texts, asked.override(chosen[label])) if label in chosen else texts
        for label, texts in study.arms.items()
    }
    record = {
        "key": asked.key,
        "values": list(asked.values),
        "seeds": list(asked.seeds),
        "data": asked.data,
        "margin": asked.margin,
        "trials": list(trials),
        "chosen": dict(chosen),
        "common": common(plan, asked),
        "beside": plan.digest,
    }
    experiment = replace(study, arms=arms, tuned=record, free=(asked.place,))
    given = [_without(each, asked.key) for each in plan.given]
    return Plan(experiment, given, plan.compose, None if plan.looks is None else [])


def common(plan: Plan, asked: Tuning) -> dict[str, Any]:
    """Return the value that each tuned arm has in the study at the common value, by label."""
    return {label: _value(run, asked) for label, run in _turning(plan, asked).items()}


def _given_to_judge(plan: Plan, asked: Tuning) -> list[list[str]]:
    """Return the user's overrides with the judge's data, budget and seeds, a list per seed."""
    apart = ["data", "seed", *(["budget"] if asked.budget else [])]
    more = [f"data={asked.data}", *([f"budget={asked.budget}"] if asked.budget else [])]
    plain = [
        tuple(text for text in _without(each, asked.key) if key(text).split(".")[0] not in apart)
        for each in plan.given
    ]
    return [[*each, *more, f"seed={seed}"] for each in dict.fromkeys(plain) for seed in asked.seeds]


def _without(texts: Sequence[str], name: str) -> list[str]:
    return [text for text in texts if key(text) != key(name)]


def _require_no_test_set(plan: Plan, asked: Tuning, trials: Sequence[PlannedRun]) -> None:
    """Refuse to choose values by a test set: they would be fitted to what the study reports."""
    tests = {file.sha256 for _, run in plan.runs for s in run.selection.test for file in s.files}
    for pictures in (pictures for run in trials for pictures in run.selection.val):
        known = find(pictures.name)
        shared = any(file.sha256 in tests for file in pictures.files)
        if shared or (known is not None and known.role == "test"):
            raise UserError(
                f"experiment={plan.experiment.name}: tune.data={asked.data} would judge by "
                f"{pictures.name}, a test set: take experiment.tune.data=t91_judge"
            )


def _turning(plan: Plan, asked: Tuning) -> dict[str, PlannedRun]:
    """Return a run of each arm that has the key, by label: fitted arms only have keys of models."""
    kinds = [Kind.TRAINED, *([Kind.FITTED] if meets(asked.place, "model") else [])]
    return {label: run for label, run in plan.runs if run.config.kind in kinds}


def _value(run: PlannedRun, asked: Tuning) -> Any:
    value = OmegaConf.select(run.tree, asked.place)
    return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value
