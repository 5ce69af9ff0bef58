"""Discovery and JWKS over HTTP on loopback (https://openid.net/specs/openid-connect-discovery-1_0.html)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.issuer.keys import ALGORITHM, SigningKey

JWKS_PATH = "/.well-known/jwks.json"


class IssuerServer(ThreadingHTTPServer):
    """Serves two documents; tokens are not handed out over HTTP, only to who has the key file."""

    daemon_threads = True

    def __init__(self, key: SigningKey, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Documents)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.documents: dict[str, dict[str, Any]] = {
            JWKS_PATH: key.jwks(),
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": self.url + JWKS_PATH,
                "id_token_signing_alg_values_supported": [ALGORITHM],
            },
        }

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Documents(BaseHTTPRequestHandler):
    server: IssuerServer

    def do_GET(self) -> None:
        document = self.server.documents.get(self.path)
        body = json.dumps(document or {"error": "not_found"}).encode()
        self.send_response(200 if document else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the supervisor has a log of its own."""
