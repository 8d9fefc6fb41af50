"""Tests whether a server can be reached, before anything waits for it."""

import socket
import threading
import urllib.request
from contextlib import suppress
from urllib.parse import urlsplit

CONNECT_SECONDS = 3.0  # a reachable server accepts a connection in far less


def reachable(url: str) -> bool:
    """Whether the server accepts a connection now; behind a proxy it is taken to be reachable."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return True
    port = parts.port or (443 if parts.scheme == "https" else 80)
    reached = threading.Event()

    def connect() -> None:
        with suppress(OSError), socket.create_connection((host, port), CONNECT_SECONDS):
            reached.set()

    # In a thread, since DNS lookups ignore the timeout.
    attempt = threading.Thread(target=connect, daemon=True)
    attempt.start()
    attempt.join(CONNECT_SECONDS)
    return reached.is_set()
