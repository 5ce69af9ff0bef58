"""Settings of an Azure account, and the credential that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from novacron.errors import InvalidSpec
from novacron.providers.web_identity import required_audience, web_identity_token

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

ENDPOINT = "https://management.azure.com"
AUTHORITY = "https://login.microsoftonline.com"
PUBLIC_AUDIENCE = "api://AzureADTokenExchange"
"""Of a federated credential that is given none: https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation"""
CONNECT_SECONDS, READ_SECONDS = 3, 20
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules
_GROUP = re.compile(r"[\w.()-]{0,89}[\w()-]", re.ASCII)
_REGION = re.compile(r"[a-z]+[a-z0-9]*")
_SUBNET = re.compile(r"[\w.-]{2,64}/[\w.-]{1,80}", re.ASCII)
_STORAGE = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}")
_EXPORT = re.compile(r"[\w-]{1,64}", re.ASCII)
_GUIDS = ("subscription_id", "tenant_id", "client_id")
_SETTINGS = {
    *_GUIDS,
    *("resource_group", "region", "regions", "default_subnet"),
    *("endpoint_url", "authority_url", "ca_file"),
    *("billing_storage_account", "billing_container", "billing_directory", "billing_export"),
}
_SECRETS = {"client_secret", "audience"}


@dataclass(frozen=True)
class AzureAccount:
    """``regions`` are all that the account is used in, the home ``region`` first.

    default_subnet: our id of the subnet of a VM whose request names none.
    audience: without a client_secret, what tokens of our own identity are made for.
    billing_...: where the subscription's cost export is; without them sums are asked for.
    """

    subscription_id: str
    tenant_id: str
    client_id: str
    resource_group: str
    region: str
    regions: tuple[str, ...]
    default_subnet: str | None = None
    endpoint: str = ENDPOINT
    authority: str = AUTHORITY
    ca_file: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    audience: str = field(default="", repr=False)
    billing_storage_account: str | None = None
    billing_container: str = ""
    billing_directory: str = ""
    billing_export: str = ""

    @property
    def root(self) -> str:
        """The path that everything of the account is under."""
        return f"/subscriptions/{self.subscription_id}"

    def transport(self) -> dict[str, Any]:
        """What every pipeline is told. A call may take 3 + 20 s at most, and is made once:
        the state machines repeat, and a pipeline's own retries would sleep."""
        return {
            "connection_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "connection_verify": self.ca_file or True,
            "retry_total": 0,
        }


def read_settings(settings: dict[str, str], secret: dict[str, str]) -> AzureAccount:
    """Checked settings. InvalidSpec names the first at fault; a secret's value is never told."""
    for given, known, where in ((settings, _SETTINGS, "settings"), (secret, _SECRETS, "secret")):
        if unknown := sorted(given.keys() - known):
            raise InvalidSpec(
                f"Azure accounts have no {unknown[0]!r}; there are {', '.join(sorted(known))}.",
                field=f"{where}.{unknown[0]}",
            )
    guids = {name: _matched(_GUID, settings, name, "is a GUID") for name in _GUIDS}
    region = _matched(_REGION, settings, "region", 'is a location such as "westeurope"')
    others = [part.strip() for part in settings.get("regions", "").split(",") if part.strip()]
    for other in others:
        _matched(_REGION, {"regions": other}, "regions", "are locations, by comma")
    subnet = None
    if settings.get("default_subnet"):
        subnet = _matched(_SUBNET, settings, "default_subnet", 'is "<network>/<subnet>"')
    if settings.get("ca_file") and not settings.get("endpoint_url"):
        raise InvalidSpec("ca_file goes with endpoint_url.", field="settings.ca_file")
    client_secret = secret.get("client_secret") or None
    return AzureAccount(
        **guids,
        resource_group=_matched(_GROUP, settings, "resource_group", "is a resource group's name"),
        region=region,
        regions=tuple(dict.fromkeys([region, *others])),
        default_subnet=subnet,
        endpoint=_endpoint(settings, "endpoint_url", ENDPOINT),
        authority=_endpoint(settings, "authority_url", AUTHORITY),
        ca_file=settings.get("ca_file") or None,
        client_secret=client_secret,
        audience=""
        if client_secret
        else required_audience(secret, PUBLIC_AUDIENCE, "a client_secret"),
        **_billing(settings),
    )


def _billing(settings: dict[str, str]) -> dict[str, str]:
    """Where the export is: a storage account, a container and a name, or nothing."""
    wanted = ("billing_storage_account", "billing_container", "billing_export")
    if not any(settings.get(name) for name in wanted):
        return {}
    return {
        "billing_storage_account": _matched(
            _STORAGE, settings, "billing_storage_account", "is a storage account's name"
        ),
        "billing_container": _matched(
            _CONTAINER, settings, "billing_container", "is a container's name"
        ),
        "billing_export": _matched(_EXPORT, settings, "billing_export", "is an export's name"),
        "billing_directory": settings.get("billing_directory", "").strip("/"),
    }


def make_credential(account: AzureAccount) -> TokenCredential:
    """The client's secret, or, without one, the token of this process's own identity."""
    from azure.identity import ClientAssertionCredential, ClientSecretCredential

    # Instance discovery would ask Microsoft's public authority about any other one:
    # https://learn.microsoft.com/en-us/python/api/azure-identity/azure.identity.clientsecretcredential
    told: dict[str, Any] = {
        "authority": account.authority,
        "disable_instance_discovery": account.authority != AUTHORITY,
        **account.transport(),
    }
    who = (account.tenant_id, account.client_id)
    if account.client_secret is not None:
        return ClientSecretCredential(*who, account.client_secret, **told)
    return ClientAssertionCredential(*who, lambda: web_identity_token(account.audience), **told)


def _matched(pattern: re.Pattern[str], settings: dict[str, str], name: str, what: str) -> str:
    text = settings.get(name, "")
    if not pattern.fullmatch(text):
        raise InvalidSpec(f"{name} {what}, not {text!r}.", field=f"settings.{name}")
    return text


def _endpoint(settings: dict[str, str], name: str, default: str) -> str:
    text = settings.get(name) or default
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.path not in ("", "/"):
        raise InvalidSpec(f"{name} is https://<host>, not {text!r}.", field=f"settings.{name}")
    return text.rstrip("/")
