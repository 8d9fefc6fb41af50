import hashlib
import os
import socket
import stat
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from shoal import cli
from shoal.data import fetch as fetching
from shoal.data import mirrors as mirroring
from shoal.data.catalog import picture_set
from shoal.data.fetch import fetch
from shoal.data.mirrors import DEFAULT_MIRRORS, address
from shoal.data.sets import PictureFile, PictureSet, Source, sha256
from shoal.errors import UserError

COMMIT = "0123456789" * 4
CONTENTS = {name: f"the bytes of {name}".encode() * 99 for name in ("a.bmp", "b.bmp", "c.bmp")}


class Handler(BaseHTTPRequestHandler):
    """Serves `server.bodies` by unquoted path; the path's first part is the mirror's behaviour."""

    def do_GET(self) -> None:
        behaviour, _, path = self.path.lstrip("/").partition("/")
        self.server.asked[behaviour] += 1
        body = self.server.bodies.get(unquote(path))
        if behaviour == "silent":
            return
        if behaviour == "redirect":
            self.send_response(302)
            self.send_header("Location", self.server.location or f"/good/{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if body is None or behaviour == "absent":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        forged = b"x" * len(body)
        self.wfile.write({"cut": body[:50], "forged": forged}.get(behaviour, body))

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.location = ""

    def mirror(self, behaviour: str) -> str:
        where = f"http://127.0.0.1:{self.server_port}"
        return f"{where}/{behaviour}/{{repository}}/{{commit}}/{{path}}"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        for name, body in CONTENTS.items():
            running.bodies[f"owner/{name}/{COMMIT}/Set 1/#{name} 100%?.bmp"] = body
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def entry(name: str, body: bytes, folder: str = "Mine") -> PictureFile:
    source = Source(f"owner/{name}", COMMIT, f"Set 1/#{name} 100%?.bmp")
    return PictureFile(name, Path(folder), hashlib.sha256(body).hexdigest(), source)


def catalogue(monkeypatch: pytest.MonkeyPatch, *files: PictureFile) -> None:
    pictures = PictureSet("Mine", "test", "nobody", "none", files)
    monkeypatch.setattr(fetching, "picture_set", lambda name: pictures)


@pytest.fixture(autouse=True)
def mine(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real_catalogue" not in request.fixturenames:
        catalogue(monkeypatch, *(entry(name, body) for name, body in CONTENTS.items()))


@pytest.fixture
def real_catalogue() -> None:
    """Asked for by tests that fetch the sets as they are."""


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
    told: list[tuple[int, int]] = []
    fetch(["mine"], tmp_path, [server.mirror("good")], lambda *counts: told.append(counts))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_public_addresses_name_repository_commit_and_quoted_path():
    source = Source("own/er", COMMIT, "a b/#1.bmp")
    assert [address(template, source) for template in DEFAULT_MIRRORS] == [
        f"https://raw.githubusercontent.com/own/er/{COMMIT}/a%20b/%231.bmp",
        f"https://cdn.jsdelivr.net/gh/own/er@{COMMIT}/a%20b/%231.bmp",
        f"https://github.com/own/er/raw/{COMMIT}/a%20b/%231.bmp",
    ]


def shoal(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of the console command."""
    monkeypatch.setattr(sys, "argv", ["shoal", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


@pytest.mark.data
@pytest.mark.usefixtures("real_catalogue")
def test_the_command_fetches_set5_and_states_its_terms(
    server: Server,
    shoal_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    for file in picture_set("Set5").files:
        assert file.source
        path = f"{file.source.repository}/{file.source.commit}/{file.source.path}"
        server.bodies[path] = file.under(shoal_data).read_bytes()
    options = ["--root", str(tmp_path), "--mirror", server.mirror("good")]
    assert shoal(monkeypatch, "data", "fetch", "SET5", "sample", *options) == 0
    for file in picture_set("Set5").files:
        assert sha256(file.under(tmp_path)) == file.sha256
    printed = capsys.readouterr().out
    assert f"{tmp_path}: 5 fetched, 0 already there, 0 failed" in printed
    assert "Set5: no licence known; research use" in printed
    assert "Sample: inside scikit-image, nothing to fetch" in printed


@pytest.mark.usefixtures("real_catalogue")
def test_a_failed_fetch_is_one_line_and_exit_code_2(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    options = ["--root", str(tmp_path), "--mirror", server.mirror("absent")]
    assert shoal(monkeypatch, "data", "fetch", "set5", *options) == 2
    error = capsys.readouterr().err
    assert error.startswith("shoal: not fetched: Set5/baby.bmp (127.0.0.1:")
    assert error.count(os.linesep) == 1


@pytest.mark.usefixtures("real_catalogue")
def test_list_and_show_tell_what_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "Set5").mkdir()
    (tmp_path / "Set5/baby.bmp").touch()
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("SHOAL_DATA", str(tmp_path))
    assert shoal(monkeypatch, "data", "list") == 0
    rows = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "│" in line}
    assert "1 of 5" in rows["Set5"]
    assert " no " in rows["T91"]
    assert " yes " in rows["Sample"]
    assert shoal(monkeypatch, "data", "show", "set5") == 0
    shown = capsys.readouterr().out
    assert "Bevilacqua" in shown
    assert "github.com/yulunzhang/RCAN at f722e5d0" in shown
    assert shoal(monkeypatch, "data", "show", "set55") == 2
    assert "did you mean Set5?" in capsys.readouterr().err
