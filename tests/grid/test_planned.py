"""A planned run: which run it is, and what is left to do of it."""

from dataclasses import asdict
from pathlib import Path

import pytest
from hydra.core.config_loader import ConfigLoader
from hydra.errors import OverrideParseException
from hydra.types import RunMode
from omegaconf import OmegaConf

from helpers.plans import Composing, finish
from shoal.errors import UserError
from shoal.grid.local import LocalRunner
from shoal.grid.planned import State, distinct


def test_a_seed_or_scale_set_late_gives_the_run_that_hydra_composes(
    loader: ConfigLoader, planned: Composing
) -> None:
    late = planned("model=eeds", "scale=2", "seed=5")
    whole = loader.load_configuration("config", ["model=eeds", "scale=2", "seed=5"], RunMode.RUN)
    assert late.config.budget.patch_size == 24
    assert late.config.model["deep"]["scale"] == 2
    assert OmegaConf.to_container(whole.budget, resolve=True) == asdict(late.config.budget)
    assert late.folder.id.startswith("eeds-x2-s5-")


def test_an_override_that_does_not_matter_makes_no_other_run(planned: Composing) -> None:
    runs = [
        planned("model=ees"),
        planned("model=ees", "data_workers=2"),
        planned("model=ees", "protocol=rgb"),
    ]
    runs += [planned("model=bicubic", f"seed={seed}") for seed in (0, 1, 2)]
    assert [(one.config.name, one.config.protocol) for one in distinct(runs)] == [
        ("ees", "classic"),
        ("ees", "rgb"),
        ("bicubic", "classic"),
    ]


def test_a_dictionary_that_is_not_emptied_is_refused(planned: Composing) -> None:
    recipe = ("model=srcnn", "task=srcnn")
    with pytest.raises(UserError, match=r"task\.layer_rates=\{\} changes nothing.*'~task"):
        planned(*recipe, "task.layer_rates={}")
    assert planned(*recipe, "~task.layer_rates").config.task.layer_rates == {}
    assert planned("model=ees", "metrics={}").config.metrics == {}  # which is empty already


def test_a_record_is_reused_where_it_has_the_scores_that_are_asked_for(
    planned: Composing,
) -> None:
    one = planned("model=ees")
    assert one.state() == State.TODO
    finish(one)
    assert one.state() == State.FINISHED
    assert planned("model=ees", "protocol=rgb").state() == State.TODO
    assert planned("model=ees", "force=true").state() == State.TODO
    finish(one, scores={"Sample": {"classic": {"images": 1}}})
    assert one.state() == State.TODO
    finish(one, data_digests=one.selection.digests() | {"Sample": "of other pictures"})
    assert one.state() == State.TODO


def test_a_diverged_run_is_done_unless_forced_and_a_failed_one_is_not(
    planned: Composing,
) -> None:
    one = planned("model=ees")
    one.folder.create()
    one.folder.set_status("diverged", step=7)
    assert one.state() == State.DIVERGED
    assert planned("model=ees", "force=true").state() == State.TODO
    one.folder.set_status("failed")
    assert one.state() == State.TODO


def test_a_missing_picture_is_named_before_anything_starts(
    planned: Composing, tmp_path: Path
) -> None:
    one = planned("model=ees", "data=t91", f"paths.data={tmp_path}")
    with pytest.raises(UserError, match="shoal data fetch t91"):
        LocalRunner([planned("model=eed"), one], at_once=1)


def test_a_seed_that_hydra_takes_for_a_string_is_refused_as_by_a_run_of_its_own(
    planned: Composing,
) -> None:
    with pytest.raises(UserError, match="seed=007 is not an integer"):
        planned("model=ees", "seed=007")
    with pytest.raises(OverrideParseException):  # which is shown as one line
        planned("model=ees", "seed=²")
