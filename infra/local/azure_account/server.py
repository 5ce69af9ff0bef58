"""The HTTPS server around one subscription."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .account import LocalAccount
from .gateway import Gateway
from .keys import load_certificate
from .options import Options
from .persistence import restore
from .store import Resource


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """One line a request would drown the errors."""


@dataclass
class Server:
    """A running subscription. ``url`` is both its Resource Manager and its authority."""

    url: str
    ca_file: str
    account: LocalAccount
    _http: BaseWSGIServer
    thread: Thread | None = None

    def serve_forever(self) -> None:
        self._http.serve_forever()

    def stop(self) -> None:
        """Stop answering; it can be started again from its folder."""
        self._http.shutdown()
        self._http.server_close()
        if self.thread:
            self.thread.join(timeout=10)


def make(folder: Path, options: Options) -> Server:
    """A bound server that does not serve yet."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = load_certificate(folder, options.host)
    account = LocalAccount(folder, options)
    restore(account, folder)
    group = f"{account.root}/resourceGroups/{options.resource_group}"
    if account.store.get(group) is None:
        account.store.put(Resource(group, "Microsoft.Resources/resourceGroups", options.location))
    http = make_server(
        options.host,
        options.port,
        Gateway(account, folder),
        threaded=True,
        request_handler=_QuietHandler,
        ssl_context=(str(certificate), str(key)),
    )
    http.daemon_threads = True  # type: ignore[attr-defined]
    account.base = f"https://{options.host}:{http.server_port}"
    return Server(account.base, str(certificate), account, http)


def start_in_thread(folder: Path, **options: Any) -> Server:
    """Serve from a thread of this process; ``options`` are the fields of ``Options``."""
    server = make(folder, Options(**options))
    server.thread = Thread(target=server.serve_forever, name="local-azure", daemon=True)
    server.thread.start()
    return server
