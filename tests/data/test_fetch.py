"""Fetching: what arrives is whole and right, and nothing lies outside of its folder."""

import hashlib
import socket
import stat
from pathlib import Path

import pytest

from helpers.mirror import COMMIT, CONTENTS, Server
from shoal.data import fetch as fetching
from shoal.data import mirrors as mirroring
from shoal.data.fetch import fetch
from shoal.data.sets import PictureFile, PictureSet
from shoal.data.sources import Source
from shoal.errors import UserError


def entry(name: str, body: bytes, folder: str = "Mine") -> PictureFile:
    source = Source(f"owner/{name}", COMMIT, f"Set 1/#{name} 100%?.bmp")
    return PictureFile(name, Path(folder), hashlib.sha256(body).hexdigest(), source)


def catalogue(monkeypatch: pytest.MonkeyPatch, *files: PictureFile) -> None:
    pictures = PictureSet("Mine", "test", "nobody", "none", files)
    monkeypatch.setattr(fetching, "picture_set", lambda name: pictures)


@pytest.fixture(autouse=True)
def mine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    catalogue(monkeypatch, *(entry(name, body) for name, body in CONTENTS.items()))


def contents(root: Path) -> dict[str, bytes]:
    """Every file and folder under `root`, hidden ones too; folders are empty bytes."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b""
        for path in root.rglob("*")
    }


WHOLE = {"Mine": b"", **{f"Mine/{name}": body for name, body in CONTENTS.items()}}


def test_files_arrive_whole_from_oddly_named_paths(server: Server, tmp_path: Path):
    outcome = fetch(["mine"], tmp_path / "new", [server.mirror("good")])
    assert contents(tmp_path / "new") == WHOLE
    assert sorted(outcome.fetched) == ["Mine/a.bmp", "Mine/b.bmp", "Mine/c.bmp"]
    outcome.check()


def test_fetched_files_have_the_rights_of_ordinary_new_files(server: Server, tmp_path: Path):
    fetch(["mine"], tmp_path, [server.mirror("good")])
    (tmp_path / "ordinary").touch()
    ordinary = stat.S_IMODE((tmp_path / "ordinary").stat().st_mode)
    assert stat.S_IMODE((tmp_path / "Mine/a.bmp").stat().st_mode) == ordinary


@pytest.mark.parametrize("bad", ["absent", "forged", "cut", "silent"])
def test_the_next_mirror_is_asked_when_one_fails(server: Server, tmp_path: Path, bad: str):
    fetch(["mine"], tmp_path, [server.mirror(bad), server.mirror("good")]).check()
    assert contents(tmp_path) == WHOLE
    assert server.asked[bad] > 0


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("absent", "answers 404"),
        ("forged", "has other bytes than the catalogue's"),
        ("cut", "has no connection or lost it"),
        ("silent", "has no connection or lost it"),
    ],
)
def test_a_file_that_no_mirror_delivers_is_named_and_leaves_nothing(
    server: Server, tmp_path: Path, bad: str, reason: str
):
    outcome = fetch(["mine"], tmp_path, [server.mirror(bad)])
    assert contents(tmp_path) == {"Mine": b""}
    with pytest.raises(UserError) as caught:
        outcome.check()
    where = f"127.0.0.1:{server.server_port}"
    wanted = f"not fetched: Mine/a.bmp ({where} {reason}), and 2 more: "
    assert str(caught.value).startswith(wanted)


def test_one_missing_file_does_not_keep_the_others_away(server: Server, tmp_path: Path):
    server.bodies.pop(next(path for path in server.bodies if "b.bmp" in path))
    outcome = fetch(["mine"], tmp_path, [server.mirror("good")])
    assert sorted(outcome.fetched) == ["Mine/a.bmp", "Mine/c.bmp"]
    with pytest.raises(UserError, match=r"not fetched: Mine/b\.bmp \([^)]*404\): the same"):
        outcome.check()


def test_issued_again_it_fetches_only_what_is_missing(server: Server, tmp_path: Path):
    lost = next(path for path in server.bodies if "b.bmp" in path)
    body = server.bodies.pop(lost)
    fetch(["mine"], tmp_path, [server.mirror("good")])
    server.bodies[lost] = body
    server.asked.clear()
    outcome = fetch(["mine"], tmp_path, [server.mirror("good")])
    assert (outcome.fetched, len(outcome.kept)) == (["Mine/b.bmp"], 2)
    assert server.asked["good"] == 1
    assert contents(tmp_path) == WHOLE


def test_wrong_bytes_on_disk_are_replaced_and_reported(server: Server, tmp_path: Path):
    (tmp_path / "Mine").mkdir()
    (tmp_path / "Mine/a.bmp").write_bytes(b"something else")
    outcome = fetch(["mine"], tmp_path, [server.mirror("good")])
    assert outcome.replaced == ["Mine/a.bmp"]
    assert contents(tmp_path) == WHOLE


def test_wrong_bytes_on_disk_stay_when_nothing_better_comes(server: Server, tmp_path: Path):
    (tmp_path / "Mine").mkdir()
    (tmp_path / "Mine/a.bmp").write_bytes(b"something else")
    outcome = fetch(["mine"], tmp_path, [server.mirror("forged")])
    assert len(outcome.failed) == 3
    assert contents(tmp_path) == {"Mine": b"", "Mine/a.bmp": b"something else"}


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:,x"])
def test_a_redirect_away_from_http_is_refused(server: Server, tmp_path: Path, location: str):
    server.location = location
    outcome = fetch(["mine"], tmp_path, [server.mirror("redirect")])
    assert set(outcome.failed) == {f"Mine/{name}" for name in CONTENTS}
    assert "redirects to an address that is not http(s)" in outcome.failed["Mine/a.bmp"]
    assert contents(tmp_path) == {"Mine": b""}


def test_a_redirect_within_http_is_followed(server: Server, tmp_path: Path):
    fetch(["mine"], tmp_path, [server.mirror("redirect")]).check()
    assert contents(tmp_path) == WHOLE


def test_a_mirror_out_of_reach_is_soon_left_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bodies = {f"{index}.bmp": b"%d" % index for index in range(20)}
    catalogue(monkeypatch, *(entry(name, body) for name, body in bodies.items()))
    monkeypatch.setattr(fetching, "THREADS", 1)
    outcome = fetch(["mine"], tmp_path, [server.mirror("silent")])
    assert len(outcome.failed) == 20
    assert server.asked["silent"] == mirroring.GIVE_UP_AFTER


def test_a_closed_port_is_no_traceback(tmp_path: Path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        outcome = fetch(["mine"], tmp_path, [f"http://127.0.0.1:{port}/{{path}}"])
    assert f"127.0.0.1:{port} has no connection" in outcome.failed["Mine/a.bmp"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [("..", "a.bmp"), ("Mine", "../a.bmp"), ("/tmp", "a.bmp"), ("a/b", "a.bmp"), ("Mine", "..")],
)
def test_nothing_is_written_outside_the_root(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, name: str
):
    catalogue(monkeypatch, entry(name, b"", folder))
    with pytest.raises(UserError, match="is not a plain name"):
        fetch(["mine"], tmp_path / "root", [server.mirror("good")])
    assert contents(tmp_path) == {}
    assert not server.asked


def test_a_linked_folder_is_filled_where_it_leads(server: Server, tmp_path: Path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/Mine").symlink_to(tmp_path / "disk")
    fetch(["mine"], tmp_path / "root", [server.mirror("good")]).check()
    assert contents(tmp_path / "disk") == CONTENTS


@pytest.mark.parametrize(
    "template",
    [
        "file:///{path}",
        "ftp://host/{path}",
        "/{path}",
        "https:///{path}",
        "https://host/{oops}",
        "https://host/{path",
        "https://host/{0}",
        "https://host/{path.x}",
    ],
)
def test_a_mirror_that_is_no_http_address_is_refused(tmp_path: Path, template: str):
    with pytest.raises(UserError, match=r"is not an http\(s\) address"):
        fetch(["mine"], tmp_path, [template])


def test_a_root_that_is_a_file_is_one_line(server: Server, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        fetch(["mine"], tmp_path / "file", [server.mirror("good")])


def test_progress_is_told_from_none_to_all(server: Server, tmp_path: Path):
    told: list[tuple[str, int, int]] = []
    fetch(["mine"], tmp_path, [server.mirror("good")], lambda *counts: told.append(counts))
    assert told == [("pictures", done, 3) for done in range(4)]
