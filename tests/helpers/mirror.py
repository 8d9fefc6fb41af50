"""A mirror of pictures on 127.0.0.1, and ways for it to fail."""

from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

COMMIT = "0123456789" * 4
CONTENTS = {name: f"the bytes of {name}".encode() * 99 for name in ("a.bmp", "b.bmp", "c.bmp")}


class Handler(BaseHTTPRequestHandler):
    """Serves `server.bodies` by unquoted path; the path's first part is the mirror's behaviour."""

    server: "Server"

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
        wanted = self.headers.get("Range") if behaviour == "ranges" else None
        if wanted:
            self.server.ranges.append(wanted)
            body = body[int(wanted.removeprefix("bytes=").removesuffix("-")) :]
        sent = {"cut": body[:50], "forged": b"x" * len(body), "longer": body + b"x"}
        told = body + b"x" if behaviour == "longer" else body
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(told)))
        if behaviour == "encoded":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(sent.get(behaviour, body))

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""


class Server(ThreadingHTTPServer):
    """Has `bodies` by path; counts in `asked` what each behaviour was asked for.

    `ranges` are the parts that the behaviour of that name was asked for.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.location = ""
        self.ranges: list[str] = []

    def mirror(self, behaviour: str) -> str:
        """The address of a mirror that behaves so."""
        where = f"http://127.0.0.1:{self.server_port}"
        return f"{where}/{behaviour}/{{repository}}/{{commit}}/{{path}}"
