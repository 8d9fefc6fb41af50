"""`shoal runs verify` and `shoal runs clean`."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.composing import configured
from shoal.cli import app
from shoal.errors import UserError
from shoal.runs.clean import remove, useless
from shoal.runs.folder import RunFolder
from shoal.runs.tables import means, score_columns
from shoal.training import run as training


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    runs, cache = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("cache")
    paths = (f"paths.runs={runs}", f"paths.cache={cache}")
    return training.train(
        configured("model=ees", "budget=smoke", "logger=none", *paths), "python train.py"
    )


@pytest.fixture
def finished(once, tmp_path):
    return RunFolder(Path(shutil.copytree(once.path, tmp_path / once.id)))


def told(*arguments):
    result = CliRunner().invoke(app, ["runs", *map(str, arguments)])
    return result.exit_code, f"{result.output}{result.exception or ''}"


def spoil_weights(folder):
    content = bytearray(folder.weights.read_bytes())
    content[-1] ^= 1
    folder.weights.write_bytes(content)


def cut_curve(folder):
    path = folder.path / "curve.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")


def change_score(folder):
    path = folder.path / "scores.csv"
    path.write_text(path.read_text().replace(",1", ",2"))


def other_ssim(folder):
    """Changed in the scores and in the record alike."""
    (old, *_), new = {row["ssim"] for row in folder.rows("scores.csv")}, "0.5"
    path, record = folder.path / "scores.csv", folder.record()
    path.write_text(path.read_text().replace(old, new))
    record["scores"] = means(folder.rows("scores.csv"))
    folder.write_json("record.json", record)


def repeat_row(folder):
    path = folder.path / "curve.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, rows[0], *rows]) + "\n")


def lose_best(folder):
    record = folder.record()
    record["val"] |= {"best_psnr": 99.0}
    folder.write_json("record.json", record)


def other_pictures(folder):
    record = folder.record()
    record["data_digests"]["Sample"] = "0" * 64
    folder.write_json("record.json", record)


def other_seed(folder):
    path = folder.path / "config.yaml"
    path.write_text(path.read_text().replace("seed: 0", "seed: 1"))


def cut_config(folder):
    (folder.path / "config.yaml").write_text("model: {")


def cut_sample(folder):
    sample = min(folder.samples.iterdir())
    sample.write_bytes(sample.read_bytes()[:-50])


def cut_record(folder):
    folder.write("record.json", (folder.path / "record.json").read_text()[:-40])


def other_network(folder):
    record = folder.record() | {"id": "eed-x3-s0-00000000"}
    folder.write_json("record.json", record)


def test_a_run_as_recorded_passes(finished, tmp_path):
    code, said = told("verify", "--runs", tmp_path)
    assert code == 0, said
    assert f"{finished.id}  as recorded" in said


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_weights, "has other bytes than the record says"),
        (cut_curve, "curve.csv doesn't end as the record says"),
        (change_score, "scores.csv has other means"),
        (other_ssim, "has a ssim of"),
        (repeat_row, "curve.csv has repeated or unordered steps"),
        (lose_best, "curve.csv has another best score"),
        (other_pictures, "Sample has other pictures in the record"),
        (other_seed, "config.yaml is that of ees-x3-s1-"),
        (cut_config, "a file is damaged"),
        (cut_sample, "broken picture"),
        (cut_record, "record.json is no record"),
        (other_network, "the record is that of eed-x3-s0-00000000"),
    ],
)
def test_whatever_was_changed_since_is_found(finished, tmp_path, spoil, words):
    spoil(finished)
    code, said = told("verify", "--runs", tmp_path)
    assert code == 1
    assert words in said
    assert "1 of 1 runs are not as recorded" in said


@pytest.mark.parametrize(
    ("accelerator", "off", "found"),
    [("cpu", 5e-5, False), ("cpu", 1e-3, True), ("cuda", 1e-3, False), ("cuda", 1e-2, True)],
)
def test_scores_that_a_gpu_took_may_differ_by_what_it_rounds_otherwise(
    finished, tmp_path, accelerator, off, found
):
    rows, record = finished.rows("scores.csv"), finished.record()
    rows = [row | {"psnr": str(float(row["psnr"]) + off)} for row in rows]
    finished.write_rows("scores.csv", score_columns(rows), rows)
    rows = finished.rows("scores.csv")
    finished.write_json("record.json", record | {"scores": means(rows), "accelerator": accelerator})
    code, said = told("verify", "--runs", tmp_path)
    assert (code != 0, "has a psnr of" in said) == (found, found)


def test_only_what_is_of_no_more_use_is_deleted(finished, tmp_path):
    def made(name, state, checkpoint=False):
        folder = RunFolder(tmp_path / name)
        folder.create()
        with folder.locked():
            folder.set_status(state, reason="stopped" if state == "failed" else None)
        if checkpoint:
            (folder.checkpoints / "step-000000010-0123456789abcdef.ckpt").write_bytes(b"x")
        return folder

    useless = made("ees-x3-s1-00000001", "failed")
    kept = [
        finished,
        made("ees-x3-s2-00000002", "failed", checkpoint=True),
        made("ees-x3-s3-00000003", "diverged"),
        fitted := made("aplus-x3-s0-00000005", "interrupted"),
        working := made("ees-x3-s4-00000004", "running"),
    ]
    (fitted.checkpoints / "stage-atoms-0123456789abcdef.safetensors").write_bytes(b"x")
    (tmp_path / "notes").mkdir()
    with working.locked():
        code, said = told("clean", "--runs", tmp_path, "--yes")
    assert code == 0, said
    assert "ees-x3-s1-00000001  stopped" in said
    assert not useless.path.exists()
    assert all(folder.path.exists() for folder in kept)
    assert (tmp_path / "notes").exists()


def test_nothing_is_deleted_without_a_yes(tmp_path):
    folder = RunFolder(tmp_path / "ees-x3-s1-00000001")
    folder.create()
    with folder.locked():
        folder.set_status("failed")
    assert told("clean", "--runs", tmp_path)[0] == 1  # no answer on standard input
    assert folder.path.exists()
    assert json.loads((folder.path / "status.json").read_text())["state"] == "failed"


@pytest.mark.parametrize(
    "since", ["record.json", "checkpoints/step-000000010-0123456789abcdef.ckpt"]
)
def test_a_run_that_was_worked_on_while_clean_asked_is_not_deleted(tmp_path, since):
    folder = RunFolder(tmp_path / "ees-x3-s1-00000001")
    folder.create()
    with folder.locked():
        folder.set_status("failed")
    ((found, _),) = useless(tmp_path)
    (folder.path / since).write_text("{}")
    with pytest.raises(UserError, match="ees-x3-s1-00000001 has been worked on since: kept"):
        remove(found)
    assert folder.path.exists()


def test_a_link_to_a_run_is_not_offered_for_deletion(tmp_path):
    folder = RunFolder(tmp_path / "elsewhere" / "ees-x3-s1-00000001")
    folder.create()
    with folder.locked():
        folder.set_status("failed")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / folder.id).symlink_to(folder.path)
    assert useless(tmp_path / "runs") == []
