"""A study in one file: packed whole, checked whole, and refused where it may do harm."""

import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.composing import CONF, ROOT
from shoal.capsule import archive
from shoal.capsule.check import check
from shoal.capsule.crate import METADATA, metadata
from shoal.capsule.pack import pack
from shoal.errors import UserError
from shoal.runs.resolvers import register_resolvers

FINDINGS = ROOT / "experiments" / "ablation" / "sample-x3-quick"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def capsule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    register_resolvers()
    path = tmp_path_factory.mktemp("capsule") / "ablation.zip"
    pack(FINDINGS, path, Path("nowhere"), CONF, weights=False)
    return path


@pytest.fixture
def files(capsule: Path) -> Files:
    return archive.read(capsule)


def written(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        archive.write(file, files)
    return path


def described(files: Files) -> Files:
    """The files with metadata that fit them: as one would write who wants to deceive."""
    rest = {name: content for name, content in files.items() if name != METADATA}
    command = json.loads(files["findings/study.json"])["command"]
    text = metadata(rest, name="n", question="q", command=command, date="2026", version="1")
    return {METADATA: text} | rest


def test_a_capsule_holds_the_study_and_is_as_it_says(capsule: Path, files: Files) -> None:
    assert check(capsule) == (len(files), 6, 0, [])
    for name in ("runs.csv", "convergence.svg", "study.json"):
        assert files[f"findings/{name}"] == (FINDINGS / name).read_bytes()
    assert files["LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert json.loads(files["findings/study.json"])["command"].encode() in files["README.md"]
    assert files["data.csv"].count(b"\n") >= 3
    assert b"torch==" in files["constraints.txt"]


def test_the_same_findings_give_the_same_bytes(capsule: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    pack(FINDINGS, again, Path("nowhere"), CONF, weights=False)
    assert again.read_bytes() == capsule.read_bytes()


def test_its_metadata_are_those_of_an_ro_crate(files: Files) -> None:
    tree = json.loads(files[METADATA])
    entities = {entity["@id"]: entity for entity in tree["@graph"]}
    assert next(iter(files)) == METADATA
    assert entities[METADATA]["about"] == {"@id": "./"}
    assert {"name", "description", "datePublished", "license"} <= set(entities["./"])
    assert {part["@id"] for part in entities["./"]["hasPart"]} == set(files) - {METADATA}


def of(files: Files, model: str) -> str:
    return next(name for name in files if name.startswith(f"configs/{model}-"))


CHANGES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a file is gone": (
        lambda f: {k: v for k, v in f.items() if k != "findings/scores.csv"},
        "findings/scores.csv is missing",
    ),
    "one more": (lambda f: f | {"findings/more.csv": b"1"}, "more.csv is not listed"),
    "other bytes": (lambda f: f | {"LICENSE": f["LICENSE"][::-1]}, "LICENSE has another digest"),
    "no metadata": (lambda f: {k: v for k, v in f.items() if k != METADATA}, "there is no ro-"),
    "no crate": (lambda f: f | {METADATA: b"[]"}, "isn't that of a capsule"),
    "another config": (
        lambda f: described(f | {of(f, "ees"): f[of(f, "ees")].replace(b"seed: 0", b"seed: 1")}),
        "is that of ees-x3-s1-",
    ),
    "a config that computes": (
        lambda f: described(f | {of(f, "ees"): b"name: ${oc.env:HOME}\n"}),
        "isn't plain",
    ),
    "a config that repeats itself": (
        lambda f: described(f | {of(f, "ees"): b"a: &a [1]\nb: [*a, *a]\n"}),
        "isn't plain",
    ),
    "a config is gone": (
        lambda f: described({k: v for k, v in f.items() if k != of(f, "ees")}),
        "is missing",
    ),
    "a config of no run": (lambda f: described(f | {"configs/x.yaml": b""}), "is of no run"),
    "weights of another": (
        lambda f: described(
            f | {of(f, "ees").replace("configs", "weights")[:-4] + "safetensors": b"w"}
        ),
        "not those it was recorded with",
    ),
    "another folder": (lambda f: described(f | {"bin/run": b""}), "no part of a capsule"),
    "code of no run": (lambda f: described(f | {"code/x.py": b"1"}), "x.py is no code that its"),
    "another digest of data": (
        lambda f: described(f | {"data.csv": f["data.csv"] + b"x,y,1\n"}),
        "other digests than the rows",
    ),
    "rows that are none": (lambda f: described(f | {"findings/runs.csv": b"a\n1\n"}), "damaged"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_is_named(change: str, files: Files, tmp_path: Path) -> None:
    make, said = CHANGES[change]
    with pytest.raises(UserError, match=said) as caught:
        check(written(tmp_path / "changed.zip", make(files)))
    assert "\n" not in str(caught.value)


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (["/etc/passwd"], "absolute"),
        (["C:/x"], "absolute"),
        (["a/../../x"], "leads out"),
        (["a\\x"], "characters"),
        (["a\nb"], "characters"),
        (["folder/"], "plain"),
        ([link()], "a link"),
        (["x", "X"], "twice"),
    ],
)
def test_a_hostile_archive_is_refused_and_nothing_is_extracted(
    entries: list[str | zipfile.ZipInfo], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as file:
        for entry in entries:
            file.writestr(entry, b"" if entry == "folder/" else b"1")
    with pytest.raises(UserError, match=said):
        check(path)
    assert list(tmp_path.iterdir()) == [path]


def test_bombs_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = written(tmp_path / "bomb.zip", {"zeros": bytes(4 << 20)})
    many = written(tmp_path / "many.zip", {str(number): b"" for number in range(12)})
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(UserError, match="unpacks to 4194304 bytes"):
        check(bomb)
    monkeypatch.setattr(archive, "MOST_FILES", 10)
    with pytest.raises(UserError, match="12 files"):
        check(many)


def test_files_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "twice.zip", {"one": b"1" * 99, "two": b"2" * 99})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (1).to_bytes(4, "little")  # where its bytes begin
    path.write_bytes(data)
    with pytest.raises(UserError, match="lies within another"):
        check(path)


@pytest.mark.parametrize("cut", [0, 10, 1000, -30])
def test_what_is_cut_off_is_refused(cut: int, capsule: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(capsule.read_bytes()[:cut])
    with pytest.raises(UserError, match="damaged"):
        check(path)


def test_what_cannot_be_packed_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    for weights, findings, said in ((False, tmp_path, "no folder"), (True, FINDINGS, "no weights")):
        with pytest.raises(UserError, match=said):
            pack(findings, out, tmp_path, CONF, weights=weights)
    copy = tmp_path / "a" / "b"
    shutil.copytree(FINDINGS, copy)
    rows = (copy / "runs.csv").read_text()
    (copy / "runs.csv").write_text(rows.replace("model=ees ", "model=eed "))
    with pytest.raises(UserError, match="is that of eed-"):
        pack(copy, out, tmp_path, CONF, weights=False)
    assert not out.exists()
