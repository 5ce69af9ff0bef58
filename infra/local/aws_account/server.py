"""The HTTP server around one account."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from .account import LocalAccount, free_account_id
from .ec2.public_images import offer
from .gateway import Gateway
from .options import Options
from .persistence import restore, saved_account_id


class _QuietHandler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """One line a request would drown the errors."""


@dataclass
class Server:
    """A running account. ``url`` is the endpoint for every service."""

    url: str
    account: LocalAccount
    _http: BaseWSGIServer
    thread: Thread | None = None

    def serve_forever(self) -> None:
        self._http.serve_forever()

    def stop(self) -> None:
        """Stop answering and close the state; it can be started again from its directory."""
        self._http.shutdown()
        self._http.server_close()
        if self.thread:
            self.thread.join(timeout=10)
        self.account.close()


def make(state_dir: Path, options: Options) -> Server:
    """A bound server that does not serve yet."""
    state_dir.mkdir(parents=True, exist_ok=True)
    account_id = saved_account_id(state_dir) or options.account_id or free_account_id()
    offer()
    account = LocalAccount(account_id, state_dir, options)
    restore(account, state_dir)
    gateway = Gateway(account, state_dir)
    http = make_server(
        options.host, options.port, gateway, threaded=True, request_handler=_QuietHandler
    )
    http.daemon_threads = True  # type: ignore[attr-defined]
    return Server(f"http://{options.host}:{http.server_port}", account, http)


def start_in_thread(state_dir: Path, **options: Any) -> Server:
    """Serve from a thread of this process; ``options`` are the fields of ``Options``."""
    server = make(state_dir, Options(**options))
    server.thread = Thread(target=server.serve_forever, name="local-aws", daemon=True)
    server.thread.start()
    return server
