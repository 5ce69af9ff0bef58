"""The API over HTTP: problems become messages, lists walk every page, waits show progress."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from novacron.cli.config import Config, load
from novacron.cli.exits import BY_CODE, FAILED, NOT_SIGNED_IN, REMEDIES, UNREACHABLE, CliError

Json = dict[str, Any]
FINAL = frozenset({"succeeded", "failed"})
POLL_SECONDS = 1.0
READY_LOOKS = 30


class NotReadyYet(CliError):
    """The API has asked for it, and the answer is still to come."""


class Client:
    """One signed-in connection. Every method raises CliError with what to do next."""

    def __init__(
        self,
        config: Config,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=config.url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {config.token}"},
            timeout=30,
            transport=transport,
        )

    def get(self, path: str, **params: Any) -> Json:
        """What is not ready yet is asked for again, as the API says, for half a minute."""
        return self._look("GET", path, params=_given(params))

    def ask(self, path: str, body: Json) -> Json:
        """As ``get``, for a question that needs a body."""
        return self._look("POST", path, json=body)

    def download(self, url: str, file: Path) -> None:
        """What a link gives, which is told no token of ours."""
        request = self._http.build_request("GET", url)
        del request.headers["Authorization"]
        try:
            reply = self._http.send(request, stream=True)
            with closing(reply), file.open("wb") as target:
                reply.raise_for_status()
                target.writelines(reply.iter_bytes())
        except httpx.HTTPError as error:
            raise CliError(f"The file could not be fetched: {error}", UNREACHABLE) from error

    def _look(self, method: str, path: str, **options: Any) -> Json:
        for _ in range(READY_LOOKS):
            try:
                return self._send(method, path, **options)
            except NotReadyYet:
                self._sleep(POLL_SECONDS)
        return self._send(method, path, **options)

    def mutate(self, method: str, path: str, body: Json | None = None, key: str = "") -> Json:
        """Send a change. The Idempotency-Key makes a repeat after a lost reply harmless."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self._send(method, path, json=body, headers=headers)

    def walk(self, path: str, **params: Any) -> Iterator[Json]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, **params)
            yield from page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def wait(
        self,
        operation: Json,
        seen: Callable[[Json], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> Json:
        """Look at an operation until it has ended; ``seen`` is told each time. CliError: failed."""
        while operation["state"] not in FINAL:
            seen(operation)
            sleep(POLL_SECONDS)
            operation = self.get(f"operations/{operation['id']}")
        seen(operation)
        if operation["state"] == "failed":
            raise _problem(operation.get("error") or {})
        return operation

    def _send(self, method: str, path: str, **options: Any) -> Json:
        url = f"{self._http.base_url}{path.lstrip('/')}"  # "a:b" alone is a URL of scheme "a"
        try:
            reply = self._http.request(method, url, **options)
        except httpx.TransportError as error:
            raise CliError(
                f"Cannot reach {self._http.base_url}: {error}. Is the API up, and the URL right?",
                UNREACHABLE,
            ) from error
        if reply.status_code == httpx.codes.UNAUTHORIZED:
            raise CliError(
                "The API does not accept the token: it is wrong or has expired. "
                "Run `novacron login`, or set NOVACRON_TOKEN.",
                NOT_SIGNED_IN,
            )
        body = _decoded(reply)
        if reply.is_error:
            raise _problem(body)
        return body


def connect() -> Client:
    """A client for whoever is signed in."""
    return Client(load())


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value not in (None, [], "")}


def _decoded(reply: httpx.Response) -> Json:
    if not reply.content:
        return {}
    try:
        body = reply.json()
    except ValueError as error:
        raise CliError(
            f"{reply.url} answered {reply.status_code} with no JSON. Is NOVACRON_URL the API's own?"
        ) from error
    return body if isinstance(body, dict) else {"items": body}


def _problem(body: Json) -> CliError:
    """A problem (RFC 9457) or an operation's error, as lines for a person."""
    code = str(body.get("code", ""))
    detail = str(body.get("detail") or body.get("message") or "The request failed.")
    faults = [(str(one["field"]), str(one["detail"])) for one in body.get("faults") or []]
    if len(faults) == 1 and faults[0][1] == detail:
        lines = [f"{detail} ({faults[0][0]})"]
    else:
        lines = [detail, *(f"  {field}: {told}" for field, told in faults)]
    exit_code = BY_CODE.get(code, FAILED)
    lines.append(str(body.get("remedy") or REMEDIES[exit_code]))
    if body.get("correlation_id"):
        lines.append(f"(correlation id {body['correlation_id']})")
    kind = NotReadyYet if code == "not_ready" else CliError
    return kind("\n".join(lines), exit_code)
