"""Who gets a token, and what happens without one."""

from __future__ import annotations

import time
from typing import Any

import google.auth.exceptions
import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import identity_pool
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

from tests.integration.google_project.cloud import PROJECT, SCOPES, Cloud

ZONES = f"/compute/v1/projects/{PROJECT}/zones"
AUDIENCE = (
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/ours"
)


def new_key() -> tuple[str, dict[str, Any]]:
    """A private key in PEM and its public half as a key set."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return pem, {"keys": [public | {"kid": "one", "alg": "RS256"}]}


def test_without_a_token_there_is_no_answer(cloud: Cloud) -> None:
    for headers in ({}, {"Authorization": "Bearer ya29.made-up"}, {"Authorization": "Basic eA=="}):
        reply = requests.get(cloud.server.url + ZONES, headers=headers, timeout=5)
        error = reply.json()["error"]
        assert (reply.status_code, error["code"], error["status"]) == (401, 401, "UNAUTHENTICATED")
        assert error["errors"][0]["domain"] == "global"


def test_a_token_of_the_endpoint_ends_after_an_hour(cloud: Cloud) -> None:
    cloud.credentials.refresh(Request())
    headers = {"Authorization": f"Bearer {cloud.credentials.token}"}
    assert requests.get(cloud.server.url + ZONES, headers=headers, timeout=5).status_code == 200
    cloud.server.project.clock.advance(3601)
    assert requests.get(cloud.server.url + ZONES, headers=headers, timeout=5).status_code == 401


def test_a_wrong_key_gets_invalid_grant(cloud: Cloud) -> None:
    wrong = cloud.server.service_account_key | {"private_key": new_key()[0]}
    credentials = service_account.Credentials.from_service_account_info(wrong, scopes=SCOPES)
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        credentials.refresh(Request())


def test_a_self_signed_token_of_a_wrong_key_is_refused(cloud: Cloud) -> None:
    pem, _ = new_key()
    now = int(time.time())
    email = cloud.server.service_account_key["client_email"]
    claims = {"iss": email, "sub": email, "iat": now, "exp": now + 600, "scope": SCOPES[0]}
    for key, status in ((pem, 401), (cloud.server.service_account_key["private_key"], 200)):
        token = jwt.encode(claims, key, "RS256")
        headers = {"Authorization": f"Bearer {token}"}
        url = cloud.server.url + ZONES
        assert requests.get(url, headers=headers, timeout=5).status_code == status


def test_an_issuer_that_a_pool_trusts_gets_a_token(cloud: Cloud, tmp_path: Any) -> None:
    pem, jwks = new_key()
    pool = {"audience": AUDIENCE, "issuer": "https://issuer.test", "jwks": jwks}
    requests.post(f"{cloud.server.url}/_local/pools", json=pool, timeout=5).raise_for_status()
    now = int(time.time())
    claims = {"iss": "https://issuer.test", "sub": "novacron", "aud": f"https:{AUDIENCE}"}
    claims |= {"iat": now, "exp": now + 600}  # type: ignore[dict-item]
    file = tmp_path / "token"
    info = {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{cloud.server.url}/v1/token",
        "credential_source": {"file": str(file)},
    }
    for issuer, fine in (("https://issuer.test", True), ("https://other.test", False)):
        token = jwt.encode(claims | {"iss": issuer}, pem, "RS256", headers={"kid": "one"})
        file.write_text(token)
        credentials = identity_pool.Credentials.from_info(info, scopes=SCOPES)
        if fine:
            session = AuthorizedSession(credentials)
            assert session.get(cloud.server.url + ZONES).status_code == 200
        else:
            with pytest.raises(google.auth.exceptions.OAuthError, match="invalid_grant"):
                credentials.refresh(Request())


def test_another_project_is_forbidden(cloud: Cloud) -> None:
    reply = cloud.session().get(f"{cloud.server.url}/compute/v1/projects/other/zones")
    assert (reply.status_code, reply.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
