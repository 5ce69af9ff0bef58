"""Tokens of the local issuer verify against the keys that it serves, and only those."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from infra.local.issuer.keys import SigningKey
from infra.local.issuer.server import JWKS_PATH, IssuerServer


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[tuple[SigningKey, IssuerServer]]:
    key = SigningKey(tmp_path / "key.pem")
    server = IssuerServer(key)
    server.start()
    yield key, server
    server.shutdown()
    server.server_close()


def test_a_token_verifies_against_the_served_keys(
    issuer: tuple[SigningKey, IssuerServer],
) -> None:
    key, server = issuer
    token = key.token(server.url, "novacron", "acme", "ann", ["viewer"])
    (served,) = httpx.get(server.url + JWKS_PATH).json()["keys"]
    assert "d" not in served
    public = jwt.PyJWK(served)
    claims = jwt.decode(token, public, ["ES256"], audience="novacron", issuer=server.url)
    assert (claims["tenant"], claims["sub"], claims["roles"]) == ("acme", "ann", ["viewer"])
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(token, public, ["ES256"], audience="other", issuer=server.url)


def test_the_key_is_private_and_survives(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first = SigningKey(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey(path).kid == first.kid


def test_other_paths_are_not_found(issuer: tuple[SigningKey, IssuerServer]) -> None:
    assert httpx.get(issuer[1].url + "/token").status_code == 404
