"""Sets that are published in one archive: fetched whole, checked, taken apart."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from helpers.mirror import Server
from shoal.data import fetch as fetching
from shoal.data.catalog import verify
from shoal.data.fetch import fetch
from shoal.data.sets import PictureFile, PictureSet
from shoal.data.sources import Archive, Member
from shoal.errors import UserError
from shoal.system.lock import hold

PICTURES = {"1.png": b"one" * 999, "2.png": b"two" * 999}


def zipped() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in {**PICTURES, "../3.png": b"not asked for"}.items():
            archive.writestr(f"Their/{name}", content)
    return body.getvalue()


def tarred() -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, content in PICTURES.items():
            member = tarfile.TarInfo(f"Their/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return body.getvalue()


class Published:
    """A set in an archive on a server; of the second picture the catalogue has no digest."""

    def __init__(self, server: Server, kind: str = "zip") -> None:
        self.body = {"zip": zipped, "tgz": tarred}[kind]()
        self.name = f"theirs.{kind}"
        self.server = server
        server.bodies[self.name] = self.body

    def pictures(self, *behaviours: str, members: tuple[str, ...] = tuple(PICTURES)) -> PictureSet:
        where = f"http://127.0.0.1:{self.server.server_port}"
        urls = tuple(f"{where}/{behaviour}/{self.name}" for behaviour in behaviours)
        archive = Archive(urls, hashlib.sha256(self.body).hexdigest(), len(self.body))
        digests = {"1.png": hashlib.sha256(PICTURES["1.png"]).hexdigest()}
        files = tuple(
            PictureFile(name, Path("Ours"), digests.get(name, ""), Member(archive, f"Their/{name}"))
            for name in members
        )
        return PictureSet("Ours", "train", "nobody", "none", files)


@pytest.fixture
def published(server: Server) -> Published:
    return Published(server)


def got(pictures: PictureSet, root: Path, monkeypatch: pytest.MonkeyPatch) -> fetching.Outcome:
    monkeypatch.setattr(fetching, "picture_set", lambda name: pictures)
    return fetch(["ours"], root)


def there(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


WHOLE = {"Ours/1.png", "Ours/2.png", "Ours/SHA256SUMS"}


@pytest.mark.parametrize("kind", ["zip", "tgz"])
def test_pictures_come_out_of_an_archive_and_nothing_else_stays(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    pictures = Published(server, kind).pictures("good")
    outcome = got(pictures, tmp_path / "new", monkeypatch)
    outcome.check()
    assert outcome.fetched == ["Ours/1.png", "Ours/2.png"]
    assert there(tmp_path / "new") == WHOLE
    paths = verify(pictures, tmp_path / "new")
    assert {path.name: path.read_bytes() for path in paths} == PICTURES


def test_a_download_that_was_cut_goes_on_where_it_stopped(
    published: Published, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    outcome = got(published.pictures("cut"), tmp_path, monkeypatch)
    assert "has no connection or lost it" in outcome.failed["Ours/1.png"]
    assert there(tmp_path) == {".fetching-theirs.zip"}
    got(published.pictures("ranges"), tmp_path, monkeypatch).check()
    assert server.ranges == ["bytes=50-"]
    assert there(tmp_path) == WHOLE


def test_a_server_that_begins_anew_is_understood(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    got(published.pictures("cut"), tmp_path, monkeypatch)
    got(published.pictures("good"), tmp_path, monkeypatch).check()
    assert there(tmp_path) == WHOLE


@pytest.mark.parametrize("bad", ["absent", "forged", "longer", "cut", "silent"])
def test_the_next_address_is_asked_when_one_fails(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str
):
    got(published.pictures(bad, "good"), tmp_path, monkeypatch).check()
    assert there(tmp_path) == WHOLE


@pytest.mark.parametrize("bad", ["forged", "longer"])
def test_wrong_bytes_are_refused_and_leave_nothing(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str
):
    outcome = got(published.pictures(bad), tmp_path, monkeypatch)
    assert there(tmp_path) == set()
    with pytest.raises(UserError, match=r"1\.png .*has other bytes than the catalogue's.* 1 more"):
        outcome.check()


def test_a_tgz_that_a_server_calls_compressed_comes_as_it_lies_there(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    got(Published(server, "tgz").pictures("encoded"), tmp_path, monkeypatch).check()
    assert there(tmp_path) == WHOLE


def test_an_archive_put_there_by_hand_is_used_and_stays(
    published: Published, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "theirs.zip").write_bytes(published.body)
    got(published.pictures("absent"), tmp_path, monkeypatch).check()
    assert there(tmp_path) == {*WHOLE, "theirs.zip"}
    assert not server.asked


def test_a_wrong_archive_put_there_by_hand_is_named_and_left_alone(
    published: Published, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "theirs.zip").write_bytes(published.body[:-1])
    outcome = got(published.pictures("good"), tmp_path, monkeypatch)
    assert "theirs.zip has other bytes than the catalogue's" in outcome.failed["Ours/1.png"]
    assert there(tmp_path) == {"theirs.zip"}
    assert not server.asked


def test_what_is_there_and_right_is_asked_for_no_more(
    published: Published, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    got(published.pictures("good"), tmp_path, monkeypatch)
    server.asked.clear()
    outcome = got(published.pictures("good"), tmp_path, monkeypatch)
    assert sorted(outcome.kept) == ["Ours/1.png", "Ours/2.png"]
    assert not server.asked


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_was_changed_is_found_and_replaced(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    pictures = published.pictures("good")
    got(pictures, tmp_path, monkeypatch)
    (tmp_path / "Ours" / name).write_bytes(b"something else")
    with pytest.raises(UserError, match=f"{name} has other bytes than expected"):
        verify(pictures, tmp_path)
    outcome = got(pictures, tmp_path, monkeypatch)
    assert (outcome.replaced, len(outcome.kept)) == ([f"Ours/{name}"], 1)
    verify(pictures, tmp_path)


def test_pictures_of_unknown_digest_are_believed_only_if_they_came_out_of_the_archive(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pictures = published.pictures("absent")
    (tmp_path / "Ours").mkdir()
    for name, content in PICTURES.items():
        (tmp_path / "Ours" / name).write_bytes(content)
    with pytest.raises(UserError, match=r"2\.png has other bytes than expected"):
        verify(pictures, tmp_path)
    assert set(got(pictures, tmp_path, monkeypatch).failed) == {"Ours/2.png"}


def test_a_member_that_an_archive_lacks_is_named(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pictures = published.pictures("good", members=("1.png", "9.png"))
    assert "has no Their/9.png in it" in got(pictures, tmp_path, monkeypatch).failed["Ours/9.png"]


def test_progress_is_told_in_mebibytes_of_the_archive(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told = set()
    monkeypatch.setattr(fetching, "picture_set", lambda name: published.pictures("good"))
    fetch(["ours"], tmp_path, advance=lambda *progress: told.add(progress))
    assert told == {("theirs.zip, MiB", 0, 0)}
    told.clear()
    fetch(["ours"], tmp_path, advance=lambda *progress: told.add(progress))
    assert told == {("pictures checked", 1, 2), ("pictures checked", 2, 2)}


def test_an_archive_that_another_process_downloads_is_left_to_it(
    published: Published, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with hold(tmp_path / ".fetching-theirs.zip.lock"):
        outcome = got(published.pictures("good"), tmp_path, monkeypatch)
    assert "another process is downloading theirs.zip" in outcome.failed["Ours/1.png"]
    assert not server.asked
    got(published.pictures("good"), tmp_path, monkeypatch).check()
    assert there(tmp_path) == WHOLE


def test_a_set_is_told_by_its_archive_where_no_digest_is_known(published: Published):
    one, other = published.pictures("good"), published.pictures("good", members=("1.png",))
    assert one.files[0].content == one.files[0].sha256
    assert one.digest != other.digest
    published.body += b"other"
    assert published.pictures("good").digest != one.digest
