"""The literature's scores beside ours."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from helpers.composing import ROOT
from helpers.literature import published
from helpers.made_up import EXACT, REAL, MadeUp, study_of
from shoal.report.findings import findings
from shoal.report.tables.cells import shown
from shoal.report.tables.published import PICTURES, load_published, reference
from shoal.report.tables.table import table


def test_published_scores_stand_beside_ours_with_the_difference(tmp_path: Path) -> None:
    study = study_of(MadeUp(**REAL, **EXACT, sets={"Set5": 5}), tmp_path)
    theirs = published(("EEDS", "Set5", 3, 32.5, 0.9, 1e13, "here"))
    numbers = table(study, theirs)
    ours = numbers.loc[("eeds", 3)]
    assert ours["Set5 difference"] == pytest.approx(ours["Set5 psnr"] - 32.5)
    assert ours["share"] == pytest.approx(ours["macs"] / 1e13)
    cells = shown(study, numbers, theirs).set_index("arm")
    away = ours["Set5 psnr"] - 32.5
    assert cells.loc["eeds", "Set5 published"] == f"32.50 / 0.9000 (ours {away:+.2f} dB)"
    assert cells.loc["eeds", "of the paper's training"] == "0.53×"
    assert cells.loc["eed", "Set5 published"] == "not published"
    assert cells.loc["eed", "of the paper's training"] == "unknown"


def test_a_mean_of_some_pictures_is_not_compared_with_one_of_all(tmp_path: Path) -> None:
    study = study_of(MadeUp(**REAL, **EXACT, sets={"Set5": 4}), tmp_path)
    theirs = published(("EEDS", "Set5", 3, 32.5, 0.9, 1e13, "here"))
    cells = shown(study, table(study, theirs), theirs).set_index("arm")
    assert cells.loc["eeds", "Set5 published"] == "32.50 / 0.9000"


def test_a_method_published_for_one_training_set_alone_stands_in() -> None:
    theirs = published(
        ("ESPCN (91-image)", "Set5", 3, 32.55, 0.9, np.nan, "here"),
        ("SRCNN", "Set5", 3, 32.75, 0.9, np.nan, "here"),
        ("SRCNN (91-image)", "Set5", 3, 32.45, 0.9, np.nan, "here"),
        ("DRRN_B1U9", "Set5", 3, 33.93, 0.9, np.nan, "here"),
    )
    found = {m: reference(theirs, m, "Set5", 3)["psnr"] for m in ("espcn", "srcnn", "drrn_b1u9")}
    assert found == {"espcn": 32.55, "srcnn": 32.75, "drrn_b1u9": 33.93}
    assert reference(theirs, "es", "Set5", 3)["psnr"] is None


def test_what_is_trained_on_91_pictures_stands_beside_what_is_published_of_these(
    tmp_path: Path,
) -> None:
    theirs = published(
        ("EEDS", "Set5", 3, 33.5, 0.93, np.nan, "here"),
        ("EEDS (91-image)", "Set5", 3, 32.5, 0.9, np.nan, "here"),
    )
    kept = {data: reference(theirs, "eeds", "Set5", 3, data)["psnr"] for data in PICTURES}
    assert kept == {"t91": 32.5, "t91_brief": 32.5}
    for other in (None, "general291", "folder"):
        assert reference(theirs, "eeds", "Set5", 3, other)["psnr"] == 33.5
    study = study_of(MadeUp(**REAL, **EXACT, sets={"Set5": 5}), tmp_path)
    numbers = table(study, theirs)
    away = numbers.loc[("eeds", 3), "Set5 psnr"] - 32.5
    cells = shown(study, numbers, theirs).set_index("arm")
    told = f"32.50 / 0.9000 (91-image; ours {away:+.2f} dB)"
    assert cells.loc["eeds", "Set5 published"] == told
    assert cells.loc["eed", "Set5 published"] == "not published"


def test_every_network_of_the_literature_has_its_published_scores_at_x4() -> None:
    theirs = load_published()
    ours = {"ees", "eed", "eeds", "dcnn", "dscnn", "eeds_fast"}  # nobody published these
    path = ROOT / "conf" / "experiment" / "literature.yaml"
    arms = set(yaml.safe_load(path.read_text())["experiment"]["arms"])
    assert [a for a in arms - ours if not reference(theirs, a, "Set5", 4)["psnr"]] == []


def test_the_systems_before_the_networks_have_theirs_at_x3_and_each_row_its_source() -> None:
    theirs = load_published()
    known = {"zeyde": 31.90, "gr": 31.41, "anr": 31.92, "ne_lle": 31.84, "aplus": 32.58}
    known |= {"rfl": 32.43, "scsr": 31.34, "selfex": 31.10}
    assert {model: reference(theirs, model, "Set5", 3)["psnr"] for model in known} == known
    for model in ("simple", "freeman", "bruna"):  # in other protocols
        assert reference(theirs, model, "Set5", 3)["psnr"] is None
    assert theirs["source"].notna().all()
    assert not theirs["source"].str.contains("memory").any()
    assert not theirs.duplicated(["method", "set", "scale"]).any()


def test_the_literature_s_bicubic_is_ours(tmp_path: Path) -> None:
    theirs = load_published()
    study = study_of(MadeUp(**REAL, sets={"Set5": 5, "Set14": 14, "BSD100": 3}), tmp_path)
    row = table(study, theirs).loc[("bicubic", 3)]
    known = {"Set5": 30.39, "Set14": 27.55, "BSD100": 27.21}
    assert {name: row[f"{name} published psnr"] for name in known} == known


def test_nothing_is_published_on_sample_data_and_the_notes_say_so(tmp_path: Path) -> None:
    found = findings(study_of(MadeUp(), tmp_path))
    assert not [name for name in found.cells.columns if "published" in name]
    assert "nothing is published on Sample" in found.notes
