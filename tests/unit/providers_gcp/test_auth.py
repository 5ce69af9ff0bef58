"""Settings are checked before any call; a key goes nowhere but to Google."""

from __future__ import annotations

import json

import pytest

from novacron.errors import AuthenticationFailed, InvalidSpec
from novacron.providers.gcp.auth import make_credentials, read_settings
from novacron.providers.gcp.provider import GcpProvider
from tests.unit.providers_gcp.conftest import REGION, World

GOOD = {"project": "acme-prod", "region": REGION}
POOL = "projects/12345/locations/global/workloadIdentityPools/novacron/providers/aws-main"


@pytest.mark.parametrize(
    ("settings", "secret", "field"),
    [
        ({"region": REGION}, {}, "settings.project"),
        ({"project": "acme-prod"}, {}, "settings.region"),
        (GOOD | {"region": "us-central1-a"}, {}, "settings.region"),
        (GOOD | {"regions": "europe-west1,mars"}, {}, "settings.regions"),
        (GOOD | {"endpoint_url": "ftp://x"}, {}, "settings.endpoint_url"),
        (GOOD | {"token_uri": "x"}, {}, "settings.token_uri"),
        (GOOD | {"workload_identity_provider": "pool"}, {}, "settings.workload_identity_provider"),
        (GOOD | {"service_account": "a@b.iam.gserviceaccount.com"}, {}, "settings.service_account"),
        (GOOD | {"colour": "red"}, {}, "settings.colour"),
        (GOOD, {"password": "hunter2"}, "secret.password"),
        (GOOD, {"service_account_key": "hunter2"}, "secret.service_account_key"),
        (GOOD, {"service_account_key": '{"type": "hunter2"}'}, "secret.service_account_key"),
    ],
)
def test_faults_are_named(settings: dict[str, str], secret: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        GcpProvider.from_settings(settings, secret)
    assert refused.value.field == field
    assert "hunter2" not in str(refused.value)


def test_the_home_region_comes_first_and_once() -> None:
    account = read_settings(GOOD | {"regions": f"europe-west1, {REGION}"}, {})
    assert account.regions == (REGION, "europe-west1")


def test_a_key_is_never_shown(world: World) -> None:
    key = world.server.service_account_key
    account = read_settings(GOOD, {"service_account_key": json.dumps(key)})
    assert key["private_key"] not in repr(account)


def test_a_key_file_does_not_choose_where_its_assertion_goes(world: World) -> None:
    key = world.server.service_account_key | {"token_uri": "https://evil.example/token"}
    credentials = make_credentials(read_settings(GOOD, {"service_account_key": json.dumps(key)}))
    assert credentials._token_uri == "https://oauth2.googleapis.com/token"


def test_a_key_that_is_none_is_a_failed_login(world: World) -> None:
    key = world.server.service_account_key | {"private_key": "hunter2"}
    broken = GcpProvider.from_settings(GOOD, {"service_account_key": json.dumps(key)})
    with pytest.raises(AuthenticationFailed) as refused:
        broken.authenticate()
    assert "hunter2" not in str(refused.value)
    assert not broken.validate_credentials().healthy


def test_keyless_the_functions_role_is_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as it goes without Google: the subject token is our role's signed request."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    for name, value in (keys | {"AWS_REGION": "eu-west-1"}).items():
        monkeypatch.setenv(name, value)
    email = "vm-admin@acme-prod.iam.gserviceaccount.com"
    told = {"workload_identity_provider": POOL, "service_account": email}
    credentials = make_credentials(read_settings(GOOD | told, {}))
    assert credentials.service_account_email == email
    token = credentials.retrieve_subject_token(None)
    assert "sts.eu-west-1.amazonaws.com" in token
    assert "workloadIdentityPools/novacron" in token


def test_an_identity_names_project_and_account(world: World) -> None:
    identity = world.provider().authenticate()
    assert identity.account == world.server.project.project_id
    assert identity.principal == world.server.project.auth.email


def test_health_is_data_when_nobody_answers(world: World) -> None:
    nobody = world.provider(endpoint_url="http://127.0.0.1:9")
    assert not nobody.health().healthy


def test_an_expired_token_is_fetched_again_and_a_withdrawn_key_refused(world: World) -> None:
    provider = world.provider()
    provider.authenticate()
    world.server.project.auth.keep["tokens"].clear()
    assert provider.authenticate().account
    other = world.server.service_account_key | {"client_email": "x@y.iam.gserviceaccount.com"}
    told = {"project": "novacron-local", "region": REGION, "endpoint_url": world.server.url}
    told["token_uri"] = f"{world.server.url}/token"
    stranger = GcpProvider.from_settings(told, {"service_account_key": json.dumps(other)})
    with pytest.raises(AuthenticationFailed):
        stranger.authenticate()
