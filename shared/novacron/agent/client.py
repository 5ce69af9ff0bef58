"""The agent's requests: it only dials out, and signs each anew."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from novacron.agent.identity import Identity
from novacron.errors import AuthenticationFailed, ProviderUnavailable
from novacron.migration.messages import (
    ChunkNews,
    Grant,
    KnownChunks,
    Line,
    SignedUrls,
    TransferKey,
    WantedTurn,
    WantedUrls,
    Way,
)
from novacron.models.account import Health
from novacron.models.agent import Command, Commands, Enrol, Enrolled, Poll, Result, Results
from novacron.models.base import Model
from novacron.tenancy.agents import sign

TIMEOUT_S = 30
Transport = httpx.BaseTransport | None


def enrol(url: str, token: str, public_key: str, transport: Transport = None) -> Enrolled:
    """Raises AuthenticationFailed (the token), ProviderUnavailable."""
    with _http(url, transport) as http:
        body = Enrol(token=token, public_key=public_key)
        return Enrolled.model_validate_json(_send(http, "agents/enroll", body, {}))


class Nothing(Model):
    """A request without a body."""


class Client:
    def __init__(self, identity: Identity, transport: Transport = None) -> None:
        self._identity = identity
        self._key = identity.key
        self._http = _http(identity.url, transport)

    def poll(self, holding: list[str], health: Health) -> list[Command]:
        reply = self._signed("poll", Poll(holding=holding, health=health))
        return Commands.model_validate_json(reply).items

    def bring(self, results: Sequence[Result]) -> None:
        self._signed("results", Results(items=list(results)))

    def urls(self, way: Way, paths: list[str]) -> SignedUrls:
        reply = self._signed("objects", WantedUrls(method=way, paths=paths))
        return SignedUrls.model_validate_json(reply)

    def turn(self, line: Line, size: int) -> Grant:
        reply = self._signed("turns", WantedTurn(line=line, size=size))
        return Grant.model_validate_json(reply)

    def chunks(self, news: ChunkNews) -> KnownChunks:
        return KnownChunks.model_validate_json(self._signed("chunks", news))

    def transfer_key(self) -> bytes:
        reply = TransferKey.model_validate_json(self._signed("transfer-key", Nothing()))
        return base64.b64decode(reply.key)

    def _signed(self, path: str, body: Model) -> bytes:
        me = self._identity
        token = sign(self._key, me.tenant, me.agent_id, datetime.now(UTC), uuid.uuid4().hex)
        headers = {"Authorization": f"Bearer {token}"}
        return _send(self._http, f"agents/{me.agent_id}/{path}", body, headers)


def _http(url: str, transport: Transport) -> httpx.Client:
    return httpx.Client(base_url=url.rstrip("/") + "/", timeout=TIMEOUT_S, transport=transport)


def _send(http: httpx.Client, path: str, body: Model, headers: dict[str, str]) -> bytes:
    told = {"Content-Type": "application/json", **headers}
    try:
        reply = http.post(path, content=body.model_dump_json(), headers=told)
    except httpx.TransportError as error:
        raise ProviderUnavailable(f"Cannot reach {http.base_url}: {error}") from error
    if reply.status_code in (401, 403, 404):
        raise AuthenticationFailed(f"The API refuses this agent: {reply.text[:500]}")
    if reply.is_error:
        raise ProviderUnavailable(f"The API answered {reply.status_code}: {reply.text[:500]}")
    return reply.content
