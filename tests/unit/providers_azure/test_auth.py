"""Settings are checked before any call; a client's secret or a federated token is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.azure_account import FederatedCredential, Server, start_in_thread
from novacron.errors import AuthenticationFailed, InvalidSpec
from novacron.providers.azure.auth import read_settings
from novacron.providers.azure.provider import AzureProvider
from novacron.providers.web_identity import web_identity_token
from tests.contract.env_azure import account_settings, secret
from tests.unit.providers_azure.conftest import World
from tests.web_identity import ISSUER, SUBJECT, Sts

GUID = "11111111-1111-4111-8111-111111111111"
GOOD = {
    "subscription_id": GUID,
    "tenant_id": GUID,
    "client_id": GUID,
    "resource_group": "rg",
    "region": "westeurope",
}
AUDIENCE = "api://acme-only"


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
        ({}, {}, "secret.audience"),
        ({}, {"audience": " "}, "secret.audience"),
        ({}, {"audience": "api://AzureADTokenExchange"}, "secret.audience"),
    ],
)
def test_faults_are_named(changes: dict[str, str], secret: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        AzureProvider.from_settings(GOOD | changes, secret)
    assert refused.value.field == field
    assert "hunter2" not in str(refused.value)


def test_the_home_region_comes_first_and_once() -> None:
    account = read_settings(GOOD | {"regions": "northeurope, westeurope"}, {"client_secret": "x"})
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
def sts(monkeypatch: pytest.MonkeyPatch) -> Sts:
    return Sts(monkeypatch)


@pytest.fixture
def federated(sts: Sts, tmp_path: Path) -> Iterator[Server]:
    client = "33333333-3333-4333-8333-333333333333"
    trusted = FederatedCredential(client, ISSUER, SUBJECT, AUDIENCE, sts.jwks)
    server = start_in_thread(tmp_path, federated=(trusted,))
    yield server
    server.stop()


def test_without_a_secret_a_token_for_the_audience_is_exchanged(
    federated: Server, sts: Sts
) -> None:
    settings = account_settings(federated)
    keyless = AzureProvider.from_settings(settings, {"audience": AUDIENCE})
    assert keyless.authenticate().account == federated.account.options.subscription_id
    assert sts.audiences == [AUDIENCE]
    assert AUDIENCE not in repr(keyless.account)
    # Another tenant names our application and knows all but the audience.
    with pytest.raises(AuthenticationFailed, match="AADSTS700212"):
        AzureProvider.from_settings(settings, {"audience": "api://guessed"}).authenticate()


def test_a_token_that_aws_refuses_is_a_failed_login(federated: Server, sts: Sts) -> None:
    sts.denied = True
    keyless = AzureProvider.from_settings(account_settings(federated), {"audience": AUDIENCE})
    with pytest.raises(AuthenticationFailed, match="AccessDenied"):
        keyless.authenticate()


@pytest.mark.parametrize("name", ["AZURE_FEDERATED_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"])
def test_a_file_of_the_platforms_is_never_sent(
    sts: Sts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its audience is not the tenant's, so that it would open every application that trusts us."""
    (tmp_path / "token").write_text("of-the-platform")
    monkeypatch.setenv(name, str(tmp_path / "token"))
    assert web_identity_token(AUDIENCE) != "of-the-platform"
    assert sts.audiences == [AUDIENCE]


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
