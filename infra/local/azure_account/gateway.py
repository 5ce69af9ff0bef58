"""The WSGI application: control, tokens, blobs, then Azure Resource Manager."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from . import exchanges, identity, operations
from .account import LocalAccount
from .control import Control
from .disks import blobs
from .options import ArmFault
from .persistence import save
from .registry import ROUTES
from .routes import Route
from .wire import Answer, ArmError, Call, error_answer, read_call, respond

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)


class Gateway:
    def __init__(self, account: LocalAccount, folder: Path) -> None:
        self._account = account
        self._folder = folder
        self._control = Control(account)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        call = read_call(environ, body, self._account.base)
        answer = self._answer(call)
        if call.fault and call.fault.kind == "reset":
            # The client sees a broken connection, whatever was done.
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return respond(answer)(environ, start)

    def _answer(self, call: Call) -> Answer:
        account = self._account
        if call.path.startswith("/_local/"):
            with account.lock:
                answer = self._control.handle(call)
                self._save()
            return answer
        if call.path.startswith("/blobs/"):
            call.operation = blobs.operation(call)
            self._fault(call)
            return blobs.answer(account, call)
        with account.lock:
            authority = identity.answer(account, call)
        if authority:
            return authority
        answer = self._resource_manager(call)
        if file := account.switches.exchanges:
            with account.lock:
                exchanges.record(file, call, answer)
        return answer

    def _resource_manager(self, call: Call) -> Answer:
        try:
            route = _route(call)
            fault = self._fault(call)
            _fail(fault, "before")
            with self._account.lock:
                operations.finish_due(self._account)
                _check(self._account, call)
                try:
                    answer = route.handler(self._account, call)
                finally:
                    self._save()
            _fail(fault, "after")
        except ArmError as e:
            return error_answer(e)
        except Exception:
            log.exception("%s failed", call.operation)
            error = ArmError(
                500, "InternalServerError", "The local service has a fault; see its log."
            )
            return error_answer(error)
        return answer

    def _fault(self, call: Call) -> ArmFault | None:
        fault = self._account.faults.take(call.operation)
        if not isinstance(fault, ArmFault):
            return None
        call.fault = fault
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return None
        return fault

    def _save(self) -> None:
        if self._account.options.persist:
            save(self._account, self._folder)


def _route(call: Call) -> Route:
    for route in ROUTES:
        names = route.match(call.method, call.path)
        if names is not None:
            call.names, call.operation = names, route.operation
            return route
    message = f"No registered resource provider found for '{call.method} {call.path}'."
    raise ArmError(404, "InvalidResourceType", message)


def _check(account: LocalAccount, call: Call) -> None:
    identity.check_token(account, call)
    if "api-version" not in call.query:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", message)
    named = call.names.get("sub")
    if named and named.lower() != account.subscription_id.lower():
        message = f"The subscription '{named}' could not be found."
        raise ArmError(404, "SubscriptionNotFound", message)


def _fail(fault: ArmFault | None, when: str) -> None:
    if fault is None or fault.when != when:
        return
    error = ArmError(fault.http_status, fault.code, fault.message)
    if fault.retry_after is not None:
        error.headers["Retry-After"] = f"{fault.retry_after:g}"
    raise error
