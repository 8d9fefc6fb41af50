"""A mirror to fetch from."""

import threading
from collections.abc import Iterator

import pytest

from helpers.mirror import COMMIT, CONTENTS, Server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        for name, body in CONTENTS.items():
            running.bodies[f"owner/{name}/{COMMIT}/Set 1/#{name} 100%?.bmp"] = body
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
