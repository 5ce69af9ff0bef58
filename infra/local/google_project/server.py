"""The HTTP server around one project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .compute.networks import make_default
from .gateway import Gateway
from .options import Options
from .project import LocalProject


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """One line a request would drown the errors."""


@dataclass
class Server:
    """A running project. ``url`` is the endpoint of every service."""

    url: str
    project: LocalProject
    _gateway: Gateway
    _http: BaseWSGIServer
    thread: Thread | None = None

    @property
    def service_account_key(self) -> dict[str, str]:
        """For ``google.oauth2.service_account.Credentials.from_service_account_info``."""
        return self.project.auth.key_file()

    def serve_forever(self) -> None:
        # How long a stop may take.
        self._http.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop answering and close the state; it can be started again from its directory."""
        self._gateway.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        if self.thread:
            self.thread.join(timeout=10)
        self.project.close()


def make(state_dir: Path, options: Options) -> Server:
    """A bound server that does not serve yet."""
    state_dir.mkdir(parents=True, exist_ok=True)
    project = LocalProject(state_dir, options)
    if not project.store.items:
        make_default(project)
    project.guests.boot_all()
    gateway = Gateway(project)
    http = make_server(
        options.host, options.port, gateway, threaded=True, request_handler=_QuietHandler
    )
    http.daemon_threads = True  # type: ignore[attr-defined]
    project.auth.url = f"http://{options.host}:{http.server_port}"
    return Server(project.auth.url, project, gateway, http)


def start_in_thread(state_dir: Path, **options: Any) -> Server:
    """Serve from a thread of this process; ``options`` are the fields of ``Options``."""
    server = make(state_dir, Options(**options))
    server.thread = Thread(target=server.serve_forever, name="local-google", daemon=True)
    server.thread.start()
    return server
