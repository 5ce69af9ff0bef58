"""Access keys of an IAM user, through the local account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from novacron.errors import Conflict, NotFound
from novacron.providers.aws.auth import read_settings
from novacron.providers.aws.provider import AwsProvider
from tests.unit.providers_aws.conftest import KEYS, REGION, World


def _signed(world: World, secret: dict[str, str], **settings: str) -> AwsProvider:
    told = {"region": REGION, "endpoint_url": world.server.url, **settings}
    return AwsProvider(replace(read_settings(told, secret), attempts=1))


@pytest.fixture
def secret(world: World, request: pytest.FixtureRequest) -> dict[str, str]:
    iam: Any = boto3.client(
        "iam",
        endpoint_url=world.server.url,
        region_name=REGION,
        aws_access_key_id=KEYS["access_key_id"],
        aws_secret_access_key=KEYS["secret_access_key"],
    )
    user = request.node.name
    iam.create_user(UserName=user)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"]}


def test_a_new_key_beside_the_old_which_is_then_retired(
    world: World, secret: dict[str, str]
) -> None:
    role = "arn:aws:iam::123456789012:role/novacron"
    old = _signed(world, {**secret, "external_id": "agreed"}, role_arn=role)
    name = secret["access_key_id"]
    assert old.credential_name(secret) == name
    assert old.list_credentials() == [name]
    made = old.rotate_credential({**secret, "external_id": "agreed"})
    assert made["external_id"] == "agreed"
    assert made["secret_access_key"] != secret["secret_access_key"]
    new = _signed(world, made)
    assert new.validate_credentials().healthy
    with pytest.raises(Conflict, match="two access keys"):
        new.rotate_credential(made)
    new.retire_credential(name)
    assert new.list_credentials() == [made["access_key_id"]]
    with pytest.raises(NotFound):
        new.retire_credential(name)


def test_a_role_alone_has_no_key(provider: AwsProvider) -> None:
    assert provider.credential_name({"external_id": "agreed"}) is None
