"""An experiment's arms: which there are, and that they differ in its factors alone."""

import re
from functools import partial

import pytest
from hydra.core.config_loader import ConfigLoader

from helpers.composing import CONF, options
from helpers.plans import master, plan_of
from shoal.errors import UserError
from shoal.grid.composing import compose
from shoal.grid.experiment import Experiment
from shoal.grid.experiment_asked import read
from shoal.grid.plan import Plan


@pytest.mark.parametrize("name", options("experiment"))
def test_every_experiment_composes_and_its_arms_differ_in_its_factors_alone(
    loader: ConfigLoader, name: str
) -> None:
    plan = plan_of(loader, name)  # refuses unfair arms
    assert next(iter(plan.experiment.arms)) == "bicubic"
    asked = rf"{name}/(sample|t91|t91_brief|t91_judge|general291)-x[234]([+][34])*-(quick|long)"
    assert re.fullmatch(asked, plan.folder)  # without a digest: the question as it is asked
    text = (CONF / "experiment" / f"{name}.yaml").read_text()
    assert re.search(rf"^#   python train\.py experiment={name}( .*)?$", text, flags=re.MULTILINE)
    assert "# Time: " in text


def test_experiments_share_the_runs_they_have_in_common(loader: ConfigLoader) -> None:
    ablation, shallow, depth = (
        {label: run.folder.id for label, run in plan_of(loader, name).runs}
        for name in ("ablation", "shallow", "depth")
    )
    assert ablation["eeds"] == shallow["eeds"] == depth["eeds-2"]
    assert ablation["bicubic"] == shallow["bicubic"]
    assert len({shallow[label] for label in ("eeds", "eed+bicubic", "eed+srcnn")}) == 3


def test_an_arm_left_out_or_added_changes_no_run_of_the_others(loader: ConfigLoader) -> None:
    def runs(*overrides: str) -> dict[str, str]:
        config = master(loader, "experiment=literature", *overrides)
        composing = partial(compose, loader, config)
        plan = Plan(read(loader, config), [["scale=3"]], composing)
        return {label: run.folder.id for label, run in plan.runs}

    whole = runs()
    without = runs("~experiment.arms.drcn")
    assert without == {label: run for label, run in whole.items() if label != "drcn"}
    more = runs("+experiment.arms.ees_slow=['model=ees','task.optimizer.lr=1e-4']")
    assert more.items() > whole.items()
    assert "ees_slow" in more


def test_the_arms_that_are_named_are_made_alone_and_claims_know_the_others(
    loader: ConfigLoader,
) -> None:
    def asked(*overrides: str) -> Experiment:
        return read(loader, master(loader, "experiment=shallow", *overrides))

    found = asked("arms=[eed+bicubic,eeds]")
    assert found.arms == {name: asked().arms[name] for name in ("eed+bicubic", "eeds")}
    assert found.left_out == ("bicubic", "eed", "eed+srcnn")
    fast = read(loader, master(loader, "experiment=multiscale", "arms=[1-3-5-7,3]"))
    assert list(fast.arms) == ["1-3-5-7", "3"]
    for wrong, said in (
        ("arms=[eedz]", r"experiment=shallow: arms=eedz is unknown \(did you mean eed\?\)"),
        (
            "arms=eed",
            r"experiment=shallow: arms=eed is no list of arms: write arms=\[bicubic,eed\]",
        ),
        ("arms=[]", r"arms=\[\] is no list"),
        ("arms=[eed,eed]", r"arms=\[eed,eed\] names an arm twice"),
    ):
        with pytest.raises(UserError, match=said):
            asked(wrong)


@pytest.mark.parametrize(
    "given",
    [
        "experiment=ablation arms=[bicubic,eeds]",
        "experiment=ablation arms=[eeds]",
        "experiment=initialisation arms=[bicubic,eed,eeds]",
        "experiment=initialisation arms=[eed,eed-interpolating]",
    ],
)
def test_a_factor_that_the_chosen_arms_no_longer_turn_is_no_mistake(
    loader: ConfigLoader, given: str
) -> None:
    config = master(loader, *given.split())
    experiment = read(loader, config)
    plan = Plan(experiment, [["scale=3"]], partial(compose, loader, config))
    assert list(plan.first) == list(experiment.arms)


def test_arms_without_an_experiment_are_refused(loader: ConfigLoader) -> None:
    config = master(loader)
    with pytest.raises(UserError, match=r"arms=\[\.\.\.\] chooses from an experiment's"):
        compose(loader, config, ["model=eed", "arms=[eed]"])


def test_the_user_may_not_say_what_the_arms_say(loader: ConfigLoader) -> None:
    with pytest.raises(UserError, match="model=eed: the arms of experiment=ablation set model"):
        plan_of(loader, "ablation", ["model=eed"])


def test_an_experiment_is_repeated_over_scale_and_seed_alone(loader: ConfigLoader) -> None:
    with pytest.raises(UserError, match="protocol is swept"):
        plan_of(loader, "ablation", ["protocol=classic"], ["protocol=rgb"])
