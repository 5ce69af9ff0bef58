"""The WSGI application: tokens, control, faults, then the methods of the API."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from socket import SHUT_RDWR
from threading import Event
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from ..common.faults import Fault
from . import bigquery, compute, dns, monitoring  # noqa: F401 - they fill ROUTES
from .auth import OAuthRefusal
from .compute.places import check_call
from .control import Control
from .errors import GoogleError
from .project import LocalProject
from .routes import ROUTES
from .spec import Spec
from .store import Body
from .wire import Call, Request, error_reply, read_request, reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)
# Codes of faults that are no answers at all; SLOW_REPLY waits for retry_after real seconds.
RESET, SLOW = "CONNECTION_RESET", "SLOW_REPLY"
_IMPERSONATE = re.compile(r"/v1/projects/-/serviceAccounts/([^/]+):generateAccessToken")
_READS = (
    "capacityHistory",
    "get",
    "getQueryResults",
    "list",
    "query",
    "aggregatedList",
    "getFromFamily",
    "getSerialPortOutput",
)


class Gateway:
    def __init__(self, project: LocalProject) -> None:
        self._project = project
        self._control = Control(project)
        self._spec = Spec(ROUTES)
        self.stopping = Event()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = read_request(environ)
        try:
            response = self._answer(request)
        except ConnectionResetError:
            environ["werkzeug.socket"].shutdown(SHUT_RDWR)
            raise
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/_local/"):
            with self._project.lock:
                response = self._control.handle(request)
                self._project.save()
            return response
        if request.path in ("/token", "/v1/token"):
            return self._token(request)
        if match := _IMPERSONATE.fullmatch(request.path):
            return self._impersonate(match[1], request)
        try:
            response = self._api(request)
        except GoogleError as e:
            response = error_reply(e)
        self._project.recorder.add(request, response)
        return response

    def _token(self, request: Request) -> Response:
        auth = self._project.auth
        with self._project.lock:
            try:
                grant = auth.grant if request.path == "/token" else auth.exchange
                body = grant(request.form())
            except OAuthRefusal as e:
                return reply(e.body, e.status)
            self._project.save()
        return reply(body)

    def _impersonate(self, email: str, request: Request) -> Response:
        with self._project.lock:
            try:
                body = self._project.auth.impersonate(
                    email, request.headers.get("authorization", "")
                )
            except GoogleError as e:
                return error_reply(e)
            self._project.save()
        return reply(body)

    def _api(self, request: Request) -> Response:
        user = self._project.auth.user(request.headers.get("authorization", ""))
        call = self._spec.find(request)
        if call is None:
            raise GoogleError(404, "notFound", "The requested URL was not found on this server.")
        fault = self._project.faults.take(call.operation)
        if fault and fault.when == "before":
            self._fail(fault)
        with self._project.lock:
            response = reply(self._run(replace(call, user=user)))
        if fault and fault.when == "after":
            self._fail(fault)
        return response

    def _run(self, call: Call) -> Body:
        project = self._project
        project.operations.finish_due()
        try:
            check_call(project, call)
            body = project.operations.repeated(call) or ROUTES[call.operation](project, call)
        except GoogleError:
            raise
        except Exception as e:
            log.exception("%s failed", call.operation)
            raise GoogleError(500, "internalError", "Internal error.") from e
        changes = call.operation.rpartition(".")[2] not in _READS
        if changes or project.lifecycle.pending:
            project.save()
        return body

    def _fail(self, fault: Fault) -> None:
        if fault.code == RESET:
            raise ConnectionResetError
        if fault.code == SLOW:
            self.stopping.wait(fault.retry_after or 0)
            return
        error = GoogleError(fault.http_status, fault.code, fault.message)
        error.retry_after = fault.retry_after
        raise error
