"""Who gets in, and what they may do then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from infra.local.issuer.keys import SigningKey
from infra.local.issuer.server import IssuerServer
from novacron.errors import AuthenticationFailed, PermissionDenied
from novacron.tenancy.policy import Access, authorize, permitted
from novacron.tenancy.principal import Principal, Role
from novacron.tenancy.tokens import Verifier


def _who(*roles: Role) -> Principal:
    return Principal(tenant="acme", subject='al"ice', roles=frozenset(roles))


@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        ((), set()),
        ((Role.VIEWER,), {Access.READ}),
        ((Role.OPERATOR,), {Access.READ, Access.CHANGE}),
        ((Role.ADMIN,), set(Access) - {Access.SERVE}),
        ((Role.AGENT,), {Access.SERVE}),
        ((Role.AGENT, Role.ADMIN), {Access.SERVE}),
    ],
)
def test_roles(roles: tuple[Role, ...], allowed: set[Access]) -> None:
    who = _who(*roles)
    assert {one for one in Access if permitted(who, one, "vm.x", "acme")} == allowed
    for denied in set(Access) - allowed:
        with pytest.raises(PermissionDenied, match=r"vm\.x"):
            authorize(who, denied, "vm.x")


def test_no_role_crosses_tenants() -> None:
    assert not any(permitted(_who(*Role), one, "vm.get", "umbrella") for one in Access)


class Issuer:
    def __init__(self, key: SigningKey, server: IssuerServer) -> None:
        self.key = key
        self.server = server
        self.verifier = Verifier(server.url, "novacron", f"{server.url}/.well-known/jwks.json")

    def sign(self, algorithm: str = "ES256", key: Any = None, **changes: Any) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.server.url,
            "aud": "novacron",
            "sub": "alice",
            "tenant": "acme",
            "roles": ["viewer", "emperor"],
            "iat": now,
            "exp": now + timedelta(minutes=5),
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": self.key.kid}
        return jwt.encode(
            kept, self.key._key if key is None else key, algorithm=algorithm, headers=headers
        )


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    key = SigningKey(tmp_path / "key.pem")
    with IssuerServer(key, 0) as server:
        server.start()
        yield Issuer(key, server)
        server.shutdown()


def test_a_good_token_says_who(issuer: Issuer) -> None:
    who = issuer.verifier.principal(issuer.sign())
    assert (who.tenant, who.subject, who.roles) == ("acme", "alice", frozenset({Role.VIEWER}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere"},
        {"aud": "another"},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"tenant": None},
        {"tenant": "a#b"},
        {"tenant": ["acme"]},
        {"algorithm": "HS256", "key": "0" * 64},
        {"algorithm": "none", "key": ""},
    ],
)
def test_bad_tokens_are_refused(issuer: Issuer, changes: dict[str, Any]) -> None:
    with pytest.raises(AuthenticationFailed):
        issuer.verifier.principal(issuer.sign(**changes))


def test_another_key_is_refused(issuer: Issuer, tmp_path: Path) -> None:
    other = SigningKey(tmp_path / "other.pem")
    with pytest.raises(AuthenticationFailed):
        issuer.verifier.principal(issuer.sign(key=other._key))
    with pytest.raises(AuthenticationFailed):
        issuer.verifier.principal("nonsense")
