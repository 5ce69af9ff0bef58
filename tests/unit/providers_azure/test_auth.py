"""Settings are checked before any call; a client's secret or a federated token is sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from infra.local.azure_account import FederatedCredential, Server, start_in_thread
from novacron.errors import AuthenticationFailed, InvalidSpec
from novacron.providers.azure import auth
from novacron.providers.azure.auth import read_settings, web_identity_token
from novacron.providers.azure.provider import AzureProvider
from tests.contract.env_azure import account_settings, secret
from tests.unit.providers_azure.conftest import World

GUID = "11111111-1111-4111-8111-111111111111"
GOOD = {
    "subscription_id": GUID,
    "tenant_id": GUID,
    "client_id": GUID,
    "resource_group": "rg",
    "region": "westeurope",
}
ISSUER, SUBJECT, AUDIENCE = "https://issuer.example", "novacron", "api://acme-only"


@pytest.mark.parametrize(
    ("changes", "secret", "field"),
    [
        ({"subscription_id": "mine"}, {}, "settings.subscription_id"),
        ({"tenant_id": ""}, {}, "settings.tenant_id"),
        ({"resource_group": "a/b"}, {}, "settings.resource_group"),
        ({"region": "West Europe"}, {}, "settings.region"),
        ({"regions": "northeurope,x-1"}, {}, "settings.regions"),
        ({"default_subnet": "a"}, {}, "settings.default_subnet"),
        ({"endpoint_url": "http://127.0.0.1"}, {}, "settings.endpoint_url"),
        ({"authority_url": "https://x/y"}, {}, "settings.authority_url"),
        ({"ca_file": "/etc/passwd"}, {}, "settings.ca_file"),
        ({"colour": "red"}, {}, "settings.colour"),
        ({}, {"password": "hunter2"}, "secret.password"),
    ],
)
def test_faults_are_named(changes: dict[str, str], secret: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        AzureProvider.from_settings(GOOD | changes, secret)
    assert refused.value.field == field
    assert "hunter2" not in str(refused.value)


def test_the_home_region_comes_first_and_once() -> None:
    account = read_settings(GOOD | {"regions": "northeurope, westeurope"}, {})
    assert account.regions == ("westeurope", "northeurope")
    assert account.endpoint == "https://management.azure.com"


def test_a_wrong_secret_is_told_without_it(world: World) -> None:
    settings = account_settings(world.server)
    wrong = AzureProvider.from_settings(settings, {"client_secret": "hunter2"})
    with pytest.raises(AuthenticationFailed, match="AADSTS7000215") as refused:
        wrong.authenticate()
    assert "hunter2" not in refused.value.detail
    assert not wrong.validate_credentials().healthy
    other = {**settings, "resource_group": "elsewhere"}
    assert not AzureProvider.from_settings(other, secret(world.server)).health().healthy


def test_an_expired_token_is_no_outage(world: World) -> None:
    provider = world.provider()
    provider.authenticate()
    world.server.account.clock.advance(7200)
    with pytest.raises(AuthenticationFailed, match="ExpiredAuthenticationToken"):
        provider.get_vm("nc-1")
    world.server.account.clock.advance(0)


def test_health_is_data_when_nobody_answers() -> None:
    urls = dict.fromkeys(("endpoint_url", "authority_url"), "https://127.0.0.1:9")
    nobody = AzureProvider.from_settings(GOOD | urls, {"client_secret": "x"})
    assert not nobody.health().healthy


@pytest.fixture
def federated(tmp_path: Path) -> Iterator[tuple[Server, Any]]:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    trusted = FederatedCredential(
        client_id="33333333-3333-4333-8333-333333333333",
        issuer=ISSUER,
        subject=SUBJECT,
        audience=AUDIENCE,
        jwks={"keys": [{**public, "kid": "k1"}]},
    )
    server = start_in_thread(tmp_path, federated=(trusted,))
    yield server, key
    server.stop()


def _token(key: Any, audience: str) -> str:
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": audience, "exp": 4102444800}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k1"})


def test_without_a_secret_the_platforms_token_is_exchanged(
    federated: tuple[Server, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, key = federated
    file = tmp_path / "token"
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(file))
    file.write_text(_token(key, AUDIENCE))
    settings = account_settings(server)
    keyless = AzureProvider.from_settings(settings, {})
    assert keyless.authenticate().account == server.account.options.subscription_id
    file.write_text(_token(key, "api://someone-else"))
    with pytest.raises(AuthenticationFailed, match="AADSTS700212"):
        AzureProvider.from_settings(settings, {}).authenticate()


def test_where_there_is_no_file_sts_is_asked(
    federated: tuple[Server, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's real client, its request stubbed: no local STS signs such tokens."""
    import boto3
    from botocore.stub import Stubber

    server, key = federated
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_WEB_IDENTITY_TOKEN_FILE", raising=False)
    sts = boto3.client("sts", aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(sts)
    asked = {"Audience": [AUDIENCE], "SigningAlgorithm": "RS256", "DurationSeconds": 300}
    token = _token(key, AUDIENCE)
    stub.add_response("get_web_identity_token", {"WebIdentityToken": token}, asked)
    stub.add_client_error("get_web_identity_token", "AccessDenied")
    monkeypatch.setattr(boto3, "client", lambda *_, **__: sts)
    settings = account_settings(server)
    with stub:
        AzureProvider.from_settings(settings, {"audience": AUDIENCE}).authenticate()
        with pytest.raises(AuthenticationFailed, match="AccessDenied"):
            web_identity_token(AUDIENCE)


def test_a_token_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "/nowhere")
    with pytest.raises(AuthenticationFailed, match="AZURE_FEDERATED_TOKEN_FILE"):
        web_identity_token(auth.AUDIENCE)


def test_importing_the_adapter_imports_no_sdk() -> None:
    code = (
        "import sys, novacron.providers.azure.provider as p; p.AzureProvider; "
        "print(*[m for m in sys.modules if m.partition('.')[0] in "
        "('azure', 'msal', 'boto3', 'cryptography')])"
    )
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=path
    )
    assert (done.returncode, done.stdout.strip()) == (0, "")
