"""What a reader of a table must know beside it."""

from pathlib import Path

import pytest

from helpers.made_up import MadeUp, study_of
from shoal import results


def test_a_clean_study_needs_no_note(tmp_path: Path) -> None:
    assert results.notes(study_of(MadeUp(), tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"commit": "f" * 40}, "this table mixes runs of more than one commit: 1e10555"),
        ({"budget": "standard"}, "the experiment asks for quick"),
        ({"data": "t91", "data_digests": {"train": "cc" * 32}}, "the experiment asks for sample"),
        ({"data_digests": {"train": "cc" * 32}}, "digest of the data (train)"),
        ({"precision": "bf16-mixed"}, "more than one precision"),
        ({"dirty": True}, "uncommitted changes: eed x3 s1"),
        ({"commit": None}, "commit unknown: eed x3 s1"),
        ({"processor": "another"}, "seconds can't be compared"),
        ({"threads": 64}, "seconds can't be compared"),
    ],
)
def test_rows_that_differ_in_more_than_their_arm_are_named(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    name = MadeUp().run_id("eed", 3, 1)
    study = study_of(MadeUp(record={name: change}), tmp_path)
    assert any(said in note and "eed x3 s1" in note for note in results.notes(study))


def test_the_same_training_pictures_by_another_name_need_no_note(tmp_path: Path) -> None:
    study = study_of(MadeUp(record={MadeUp().run_id("eed", 3, 1): {"data": "t91"}}), tmp_path)
    assert results.notes(study) == []


def test_training_pictures_that_a_run_only_names_are_no_mixture(tmp_path: Path) -> None:
    """Bicubic stands beside arms that name pictures of their own."""
    (untrained,) = (row["id"] for row in MadeUp().planned() if row["seed"] is None)
    other = {"data": "t91", "data_digests": {"train": "cc" * 32}}
    assert results.notes(study_of(MadeUp(record={untrained: other}), tmp_path)) == []


def test_curves_of_luma_and_of_rgb_are_told_apart_and_those_of_one_kind_are_not(
    tmp_path: Path,
) -> None:
    ids = [row["id"] for row in MadeUp().planned()]
    some, all_of_them = ({name: {"channels": 3} for name in names} for names in (ids[-1:], ids))
    (said,) = results.notes(study_of(MadeUp(record=some), tmp_path / "some"))
    assert said.startswith("curves, and what is read off them, can't be compared between networks")
    assert results.notes(study_of(MadeUp(record=all_of_them), tmp_path / "all")) == []


def test_a_budget_other_than_asked_is_named_even_if_all_runs_share_it(tmp_path: Path) -> None:
    made = MadeUp()
    ids = [row["id"] for row in made.planned() if row["seed"] is not None]
    study = study_of(MadeUp(record={name: {"budget": "smoke"} for name in ids}), tmp_path)
    assert any("smoke" in note and "asks for quick" in note for note in results.notes(study))


def test_runs_that_did_not_finish_are_named_with_their_step(tmp_path: Path) -> None:
    ids = {seed: MadeUp().run_id("eed", 3, seed) for seed in (0, 1, 2)}
    made = MadeUp(diverged={ids[0]: 400}, running={ids[1]: 700}, absent=[ids[2]])
    study = study_of(made, tmp_path)
    said = results.notes(study)
    assert "eed x3 s0 diverged at step 400: the loss is not finite" in said
    assert "eed x3 s1 was interrupted at step 700" in said
    assert "not run: eed x3 s2" in said
    assert "eed" not in set(results.per_run(study)["arm"])
    assert study.curves.query("id == @ids[0]")["step"].max() == 400


def test_a_score_by_the_wrong_protocol_or_pictures_is_named(tmp_path: Path) -> None:
    made = MadeUp()
    made.write(tmp_path)
    first, second = (tmp_path / made.run_id("eed", 3, seed) / "scores.csv" for seed in (0, 1))
    first.write_text(first.read_text().replace("classic", "rgb"))
    second.write_text("\n".join(second.read_text().splitlines()[:-1]) + "\n")
    said = results.notes(results.load(tmp_path, "ablation"))
    assert "no score by protocol classic: eed x3 s0" in said
    assert "Sample: not all runs were scored on the same pictures [3, 4]" in said
