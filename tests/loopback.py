"""An HTTP service on loopback, of a port that was free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple


class Answer(NamedTuple):
    """``cut``: so many bytes of it are announced and never sent."""

    status: int
    body: bytes
    content_type: str = "application/octet-stream"
    cut: int = 0


@contextmanager
def serving(
    get: Callable[[str], Answer], refuses: Callable[[Message], Answer | None] = lambda _: None
) -> Iterator[str]:
    """Its URL, without a path. ``get`` answers each GET, by its path and query, unless ``refuses``
    does by its headers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = refuses(self.headers) or get(self.path)
            self.send_response(told.status)
            self.send_header("Content-Type", told.content_type)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body[: len(told.body) - told.cut])

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
