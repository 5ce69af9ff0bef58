"""The WSGI application: faults, then our own EBS direct API, then the strict EC2, then moto."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from . import account_services
from .account import LocalAccount
from .control import Control
from .ebs.app import EbsDirect
from .ec2.app import create_app
from .persistence import save
from .wire import Call, fault_response, read_call

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)
_READS = ("Describe", "Get", "List", "Head")


class Gateway:
    def __init__(self, account: LocalAccount, state_dir: Path) -> None:
        self._account = account
        self._state_dir = state_dir
        self._moto = DomainDispatcherApplication(create_app)
        self._ebs = EbsDirect(account)
        self._control = Control(account)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = BytesIO(body)
        # Isolates the servers of one process from each other; see moto's multi-account docs:
        # https://docs.getmoto.org/en/latest/docs/multi_account.html
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account.account_id
        return self._answer(environ, read_call(environ, body))(environ, start)

    def _answer(self, environ: WSGIEnvironment, call: Call) -> Response:
        if call.path.startswith("/_local/"):
            response = self._control.handle(call)
            self._save(changed=call.method != "GET")
            return response
        fault = self._account.faults.take(call.operation)
        if fault and fault.when == "before":
            return fault_response(call, fault)
        if call.service == "ebs":
            response = self._ebs.handle(call)
            self._save(changed=call.operation in ("StartSnapshot", "CompleteSnapshot"))
        else:
            own = account_services.answer(self._account, call)
            response = own or self._ask_moto(environ, call)
        return fault_response(call, fault) if fault else response

    def _ask_moto(self, environ: WSGIEnvironment, call: Call) -> Response:
        with self._account.lock:
            try:
                chunks, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
            except Exception:
                log.exception("%s %s failed", call.service, call.operation)
                raise
            changed = not call.operation.startswith(_READS)
            self._save(changed=changed and status.startswith("2"))
        return Response(b"".join(chunks), status=status, headers=_plain(headers))

    def _save(self, *, changed: bool) -> None:
        if not self._account.options.persist:
            return
        with self._account.lock:
            if changed or self._account.dirty:
                save(self._account, self._state_dir)
                self._account.dirty = False


def _plain(headers: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() != "content-length"]
