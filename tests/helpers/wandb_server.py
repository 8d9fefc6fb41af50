"""A stand-in for the W&B server on 127.0.0.1: as much of it as a run needs, and ways to fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml


class WandbServer(ThreadingHTTPServer):
    """Keeps what runs sent; `refuse` is the answer to everything, `hang` part of a silent path."""

    daemon_threads = True

    def __init__(self, refuse: int | None, hang: str | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.refuse, self.hang = refuse, hang
        self.released = threading.Event()
        self.runs: dict[str, dict[str, Any]] = {}  # by id: what upserts said
        self.history: dict[str, list[dict[str, Any]]] = {}
        self.exit_codes: dict[str, list[int]] = {}
        self.sweep: dict[str, Any] = {}  # as `wandb sweep` sent it
        self.asked: list[dict[str, Any]] = []  # what agents are still to run, by parameter

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "RunResumeStatus" in query:
            return {"model": self.resume_status(variables["name"])}
        if "UpsertBucket" in query:
            said = {key: value for key, value in variables.items() if value is not None}
            new = variables["name"] not in self.runs
            self.runs.setdefault(variables["name"], {}).update(said)
            project = {"id": "P", "name": "shoal", "entity": {"id": "E", "name": "me"}}
            bucket = {"id": "B", "name": variables["name"], "project": project}
            return {"upsertBucket": {"bucket": bucket, "inserted": new}}
        if "CreateRunFiles" in query:
            files = [{"name": n, "uploadUrl": f"{self.url}/put/{n}"} for n in variables["files"]]
            return {"createRunFiles": {"runID": "B", "uploadHeaders": [], "files": files}}
        if "CreateArtifact" in query:  # of a table; said to be there already
            sequence = {"id": "S", "latestArtifact": None}
            artifact = {"id": "A", "state": "COMMITTED", "artifactSequence": sequence}
            return {"createArtifact": {"artifact": artifact}}
        if sweeping := self.sweeping(query, variables):
            return sweeping
        return {"viewer": {"id": "V", "entity": "me", "username": "me", "flags": "{}"}}

    def sweeping(self, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """Answers to `wandb sweep` and `wandb agent`, which gets one run at a time."""
        project = {"name": "shoal", "entity": {"name": "me"}}
        if "UpsertSweep" in query:
            self.sweep = yaml.safe_load(variables["config"])
            sweep = {"name": "s1", "project": project}
            return {"upsertSweep": {"sweep": sweep, "configValidationWarnings": []}}
        if "SweepWithRuns" in query:
            sweep = {"name": "s1", "config": yaml.dump(self.sweep), "runs": {"edges": []}}
            return {"project": {"sweep": sweep}}
        if "CreateAgent" in query:
            return {"createAgent": {"agent": {"id": "a1"}}}
        if "Heartbeat" not in query:
            return None
        commands: list[dict[str, Any]] = []
        if not json.loads(variables["runState"] or "{}"):
            commands = [{"type": "exit"}]
            if self.asked:
                args = {key: {"value": value} for key, value in self.asked.pop(0).items()}
                run = {"run_id": f"run{len(self.asked)}", "program": self.sweep["program"]}
                commands = [{"type": "run", "args": args, **run}]
        return {"agentHeartbeat": {"agent": {"id": "a1"}, "commands": json.dumps(commands)}}

    def resume_status(self, run: str) -> dict[str, Any] | None:
        if run not in self.runs:
            return None
        rows = self.history.get(run, [])
        bucket = {
            "id": "B",
            "name": run,
            "historyLineCount": len(rows),
            "eventsLineCount": 0,
            "logLineCount": 0,
            "historyTail": json.dumps([json.dumps(row) for row in rows[-1:]]),
            "eventsTail": "[]",
            "summaryMetrics": "{}",
            "config": self.runs[run].get("config", "{}"),
            "tags": self.runs[run].get("tags", []),
            "wandbConfig": json.dumps({"t": 1}),  # says that the run did begin
        }
        return {"id": "P", "name": "shoal", "entity": {"id": "E", "name": "me"}, "bucket": bucket}

    def file_stream(self, run: str, body: dict[str, Any]) -> None:
        part = body.get("files", {}).get("wandb-history.jsonl")
        if part:
            rows = self.history.setdefault(run, [])
            rows[part["offset"] :] = [json.loads(line) for line in part["content"]]
        if body.get("complete"):
            self.exit_codes.setdefault(run, []).append(body["exitcode"])


class _Handler(BaseHTTPRequestHandler):
    server: WandbServer
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = self.server
        if server.hang is not None and server.hang in self.path:
            server.released.wait()
        status, reply = server.refuse or 200, {}
        if status == 200 and self.path == "/graphql":
            said = json.loads(body)
            reply = {"data": server.graphql(said["query"], said.get("variables") or {})}
        elif status == 200 and self.path.endswith("/file_stream"):
            server.file_stream(self.path.split("/")[-2], json.loads(body))
        text = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@contextmanager
def wandb_server(refuse: int | None = None, hang: str | None = None) -> Iterator[WandbServer]:
    """Serve for as long as the context lasts."""
    server = WandbServer(refuse, hang)
    server.handle_error = lambda *_: None  # a client that leaves in the middle is no error here
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
