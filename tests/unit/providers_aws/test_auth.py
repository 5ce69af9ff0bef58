"""Settings are checked before any call, and the role's external id is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novacron.errors import AuthenticationFailed, InvalidSpec
from novacron.providers.aws.auth import read_settings
from novacron.providers.aws.provider import AwsProvider
from tests.unit.providers_aws.conftest import KEYS, World


@pytest.mark.parametrize(
    ("settings", "secret", "field"),
    [
        ({}, {}, "settings.region"),
        ({"region": "mars"}, {}, "settings.region"),
        ({"region": "us-east-1", "regions": "eu-west-1,x"}, {}, "settings.regions"),
        ({"region": "us-east-1", "role_arn": "role"}, {}, "settings.role_arn"),
        ({"region": "us-east-1", "endpoint_url": "ftp://x"}, KEYS, "settings.endpoint_url"),
        ({"region": "us-east-1", "encrypt": "maybe"}, KEYS, "settings.encrypt"),
        ({"region": "us-east-1"}, {}, "secret.access_key_id"),
        ({"region": "us-east-1", "colour": "red"}, {}, "settings.colour"),
        ({"region": "us-east-1"}, {"access_key_id": "A"}, "secret.access_key_id"),
        ({"region": "us-east-1"}, {"password": "hunter2"}, "secret.password"),
    ],
)
def test_faults_are_named(settings: dict[str, str], secret: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        AwsProvider.from_settings(settings, secret)
    assert refused.value.field == field
    assert "hunter2" not in str(refused.value)


def test_the_home_region_comes_first_and_once() -> None:
    account = read_settings({"region": "us-east-1", "regions": "eu-west-1, us-east-1"}, KEYS)
    assert account.regions == ("us-east-1", "eu-west-1")


def test_calls_end_in_time_and_adapt() -> None:
    config = read_settings({"region": "us-east-1"}, KEYS).config()
    assert (config.connect_timeout, config.read_timeout) == (3, 20)  # type: ignore[attr-defined]
    assert config.retries["mode"] == "adaptive"  # type: ignore[attr-defined]


def test_a_role_is_assumed_with_its_external_id_only(world: World) -> None:
    account_id = world.server.account.account_id
    role = f"arn:aws:iam::{account_id}:role/novacron"
    world.server.account.switches.external_ids[role] = "acme-7"
    settings = {"region": "us-east-1", "endpoint_url": world.server.url, "role_arn": role}
    right = AwsProvider(read_settings(settings, KEYS | {"external_id": "acme-7"}))
    identity = right.authenticate()
    assert identity.account == account_id
    assert ":assumed-role/novacron/" in identity.principal
    wrong = AwsProvider(
        replace(read_settings(settings, KEYS | {"external_id": "other"}), attempts=1)
    )
    with pytest.raises(AuthenticationFailed) as refused:
        wrong.authenticate()
    assert refused.value.field == "settings.role_arn"
    assert not wrong.validate_credentials().healthy


def test_health_is_data_when_nobody_answers() -> None:
    settings = {"region": "us-east-1", "endpoint_url": "http://127.0.0.1:9"}
    nobody = AwsProvider(replace(read_settings(settings, KEYS), attempts=1))
    assert not nobody.health().healthy
