"""The machines that a study's runs were made on."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from helpers.made_up import REAL, MadeUp, study_of
from shoal import results
from shoal.results.machines import machines, one_machine, several


@pytest.fixture
def study(tmp_path: Path) -> results.Study:
    return study_of(MadeUp(**REAL), tmp_path)


def test_runs_of_two_processors_are_named_with_their_machines(study: results.Study) -> None:
    runs = study.runs.copy()
    other = (runs["arm"] == "eed") & (runs["seed"] == 1)
    runs.loc[other, "processor"] = "another"
    both = replace(study, runs=runs)
    assert (one_machine(study), several(study)) == (True, [])
    assert not one_machine(both)
    assert "another, " in several(both)[0]
    assert "(eed x3 s1)" in several(both)[0]
    assert machines(both)[runs.loc[other, "id"].item()].startswith("another, ")


def test_a_study_without_finished_runs_has_no_machines(study: results.Study) -> None:
    unfinished = replace(study, runs=study.runs.assign(state="to do"))
    assert machines(unfinished).empty
    assert (one_machine(unfinished), several(unfinished)) == (True, [])


def test_a_run_that_two_arms_share_counts_once(study: results.Study) -> None:
    shared = study.runs[study.runs["arm"] == "eed"].assign(arm="again")
    twice = replace(study, runs=pd.concat([study.runs, shared]))
    assert machines(twice).index.is_unique
    assert one_machine(twice)


def test_a_record_that_doesnt_name_its_processor_is_of_a_kind_of_its_own(
    study: results.Study,
) -> None:
    runs = study.runs.copy()
    runs.loc[runs["seed"] == 1, "processor"] = None
    partly = replace(study, runs=runs)
    assert not one_machine(partly)
    assert "unknown, " in several(partly)[0]
    assert one_machine(replace(study, runs=study.runs.assign(processor=None, threads=None)))
