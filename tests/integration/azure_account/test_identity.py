from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientAssertionCredential, ClientSecretCredential
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.azure_account import FederatedCredential, start_in_thread
from tests.integration.azure_account.clients import Clients

ISSUER, SUBJECT = "https://issuer.example", "system:novacron"


def test_a_wrong_secret_is_told_by_its_number(azure: Clients) -> None:
    options = azure.server.account.options
    wrong = ClientSecretCredential(
        options.tenant_id,
        options.client_id,
        "not-it",
        authority=azure.server.url,
        disable_instance_discovery=True,
        connection_verify=azure.server.ca_file,
    )
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        wrong.get_token(f"{azure.server.url}/.default")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, None),
        ({"sub": "someone:else"}, "AADSTS700213"),
        ({"aud": "another"}, "AADSTS700212"),
        ({"exp": 1}, "AADSTS700024"),
    ],
)
def test_an_outside_issuer_stands_for_the_client(
    tmp_path: Path, claims: dict[str, Any], expected: str | None
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    client = "33333333-3333-4333-8333-333333333333"
    trusted = FederatedCredential(
        client, ISSUER, SUBJECT, jwks={"keys": [{**public, "kid": "one", "alg": "RS256"}]}
    )
    server = start_in_thread(tmp_path, federated=(trusted,))
    told = {"iss": ISSUER, "sub": SUBJECT, "aud": trusted.audience, "exp": time.time() + 60}
    assertion = jwt.encode(told | claims, key, algorithm="RS256", headers={"kid": "one"})
    credential = ClientAssertionCredential(
        server.account.tenant_id,
        client,
        lambda: assertion,
        authority=server.url,
        disable_instance_discovery=True,
        connection_verify=server.ca_file,
    )
    try:
        if expected is None:
            assert credential.get_token(f"{server.url}/.default").token
            return
        with pytest.raises(ClientAuthenticationError, match=expected):
            credential.get_token(f"{server.url}/.default")
    finally:
        server.stop()


def test_only_a_good_token_of_this_tenant_opens_the_door(azure: Clients) -> None:
    path = f"{azure.server.account.root}?api-version=2022-12-01"
    other = jwt.encode({"tid": "other"}, "k" * 32, algorithm="HS256")
    token = azure.credential.get_token(f"{azure.server.url}/.default").token
    assert azure.raw("GET", path, None, {"Authorization": f"Bearer {token}"})[0] == 200
    azure.server.account.clock.advance(3601)
    for given, expected in (
        ({}, "AuthenticationFailed"),
        ({"Authorization": f"Bearer {other}"}, "InvalidAuthenticationToken"),
        ({"Authorization": f"Bearer {token}"}, "ExpiredAuthenticationToken"),
    ):
        status, headers, body = azure.raw("GET", path, None, given)
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Bearer ")
        assert json.loads(body)["error"]["code"] == expected
