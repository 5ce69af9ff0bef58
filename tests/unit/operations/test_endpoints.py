"""No setting sends our calls, or a credential, where the deployment does not allow it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Providers

GUID = "11111111-1111-4111-8111-111111111111"
GCP = {"project": "acme-prod", "region": "us-central1"}
AWS = {"region": "us-east-1", "role_arn": "arn:aws:iam::123456789012:role/novacron"}
AZURE = {"resource_group": "novacron", "region": "westeurope"} | dict.fromkeys(
    ("subscription_id", "tenant_id", "client_id"), GUID
)
PRIVATE, ELSEWHERE = "https://private.example", "https://elsewhere.example"
HOST, COMMAND = "qemu+ssh://novacron@host/system", "qemu+ext:///system?command=/bin/sh"


@pytest.mark.parametrize(
    ("kind", "given", "setting", "allowed", "other"),
    [
        (ProviderType.AWS, AWS, "endpoint_url", PRIVATE, ELSEWHERE),
        (ProviderType.AZURE, AZURE, "endpoint_url", PRIVATE, ELSEWHERE),
        (ProviderType.AZURE, AZURE, "authority_url", PRIVATE, ELSEWHERE),
        (
            ProviderType.AZURE,
            AZURE | {"endpoint_url": PRIVATE},
            "ca_file",
            "/etc/ca.pem",
            "/etc/passwd",
        ),
        (ProviderType.GCP, GCP, "endpoint_url", PRIVATE, ELSEWHERE),
        (ProviderType.GCP, GCP, "monitoring_url", PRIVATE, ELSEWHERE),
        (ProviderType.GCP, GCP, "token_uri", PRIVATE, ELSEWHERE),
        (ProviderType.GCP, GCP, "sts_url", PRIVATE, ELSEWHERE),
        (ProviderType.GCP, GCP, "iam_credentials_url", PRIVATE, ELSEWHERE),
        (ProviderType.LIBVIRT, {}, "uri", f"a={HOST}", f"a={HOST},b={COMMAND}"),
    ],
)
def test_a_tenant_connects_where_the_deployment_allows(
    kind: ProviderType, given: dict[str, str], setting: str, allowed: str, other: str
) -> None:
    if kind is ProviderType.LIBVIRT:
        pytest.importorskip("libvirt")
    secrets: Any = None
    providers = Providers(secrets, [PRIVATE, "/etc/ca.pem", HOST])
    secret = SECRETS.get(kind, {})
    assert providers.make(_account(kind, given | {setting: allowed}), secret)
    with pytest.raises(InvalidSpec) as refused:
        providers.make(_account(kind, given | {setting: other}), secret)
    assert refused.value.field == f"settings.{setting}"


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ProviderType.AWS, {"region": "us-east-1"}),
        (ProviderType.AZURE, AZURE),
        (ProviderType.GCP, GCP),
    ],
)
def test_an_account_never_speaks_as_the_deployment(
    kind: ProviderType, given: dict[str, str]
) -> None:
    secrets: Any = None
    with pytest.raises(InvalidSpec) as refused:
        Providers(secrets).make(_account(kind, given), {})
    assert (refused.value.field or "").startswith("secret.")


KEY = (
    '{"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com", '
    '"private_key": "k", "private_key_id": "1"}'
)
SECRETS = {
    ProviderType.AZURE: {"client_secret": "s"},
    ProviderType.GCP: {"service_account_key": KEY},
}


def _account(kind: ProviderType, settings: dict[str, str]) -> ProviderAccount:
    now = datetime.now(UTC)
    return ProviderAccount(
        id="acc-1", tenant="acme", name="a", type=kind, settings=settings, created_at=now
    )
