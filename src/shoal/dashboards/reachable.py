"""Whether a server is there, asked before anything waits for it."""

import socket
import threading
import urllib.request
from contextlib import suppress
from urllib.parse import urlsplit

CONNECT_SECONDS = 3.0  # a server that is there takes a connection in far less


def reachable(url: str) -> bool:
    """Whether the server takes a connection now; a proxy's way there is not ours to judge."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return True
    port = parts.port or (443 if parts.scheme == "https" else 80)
    reached = threading.Event()

    def connect() -> None:
        with suppress(OSError), socket.create_connection((host, port), CONNECT_SECONDS):
            reached.set()

    # A thread, because looking up a name heeds no timeout.
    attempt = threading.Thread(target=connect, daemon=True)
    attempt.start()
    attempt.join(CONNECT_SECONDS)
    return reached.is_set()
