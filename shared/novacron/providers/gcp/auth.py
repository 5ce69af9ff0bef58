"""Settings of a Google Cloud account, and the credential that its calls carry."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from novacron.errors import InvalidSpec
from novacron.providers.web_identity import required_audience, web_identity_token

# https://cloud.google.com/resource-manager/docs/creating-managing-projects; a domain's may precede
_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_REGION = re.compile(r"[a-z]+-[a-z]+\d+")
# https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
_POOL = re.compile(
    r"projects/\d+/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}"
)
# https://cloud.google.com/bigquery/docs/tables#table_naming
_TABLE = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]\.\w{1,1024}\.[\w-]{1,1024}", re.ASCII)
_EMAIL = re.compile(r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com")
URLS = (
    *("endpoint_url", "monitoring_url", "dns_url", "bigquery_url"),
    *("token_uri", "sts_url", "iam_credentials_url"),
)
_SETTINGS = {"project", "region", "regions", "workload_identity_provider", "service_account"}
_SETTINGS |= {*URLS, "billing_table", "billing_format"}
_SECRETS = {"service_account_key", "audience"}
_KEY_FIELDS = ("client_email", "private_key", "private_key_id", "type")

SCOPES = (
    "https://www.googleapis.com/auth/compute",
    "https://www.googleapis.com/auth/monitoring.read",
    "https://www.googleapis.com/auth/ndev.clouddns.readwrite",
    "https://www.googleapis.com/auth/bigquery",
)
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
MONITORING_URL = "https://monitoring.googleapis.com"
DNS_URL = "https://dns.googleapis.com"
BIGQUERY_URL = "https://bigquery.googleapis.com"
STS_URL = "https://sts.googleapis.com"
IAM_CREDENTIALS_URL = "https://iamcredentials.googleapis.com"


@dataclass(frozen=True)
class GcpAccount:
    """``regions`` are all that the account is used in, the home ``region`` first.

    ``key`` is a service account's key file; without it ``pool`` is the workload identity provider
    that takes tokens of our own identity made for ``audience``.
    """

    project: str
    region: str
    regions: tuple[str, ...]
    endpoint_url: str | None = None
    monitoring_url: str = MONITORING_URL
    dns_url: str = DNS_URL
    bigquery_url: str = BIGQUERY_URL
    token_uri: str = TOKEN_URI
    sts_url: str = STS_URL
    iam_credentials_url: str = IAM_CREDENTIALS_URL
    pool: str | None = None
    service_account: str | None = None
    key: dict[str, str] | None = field(default=None, repr=False)
    audience: str = field(default="", repr=False)
    billing_table: str = ""
    billing_format: str = "detailed"


def read_settings(settings: dict[str, str], secret: dict[str, str]) -> GcpAccount:
    """Checked settings. InvalidSpec names the first at fault; a secret's value is never told."""
    for given, known, where in ((settings, _SETTINGS, "settings"), (secret, _SECRETS, "secret")):
        if unknown := sorted(given.keys() - known):
            raise InvalidSpec(
                f"Google accounts have no {unknown[0]!r}; there are {', '.join(sorted(known))}.",
                field=f"{where}.{unknown[0]}",
            )
    region = _matched(_REGION, settings.get("region", ""), "region", "a Google region")
    others = [part.strip() for part in settings.get("regions", "").split(",") if part.strip()]
    more = [_matched(_REGION, one, "regions", "a Google region") for one in others]
    urls: dict[str, Any] = {name: _url(settings[name], name) for name in URLS if settings.get(name)}
    return GcpAccount(
        project=_matched(_PROJECT, settings.get("project", ""), "project", "a project's id"),
        region=region,
        regions=tuple(dict.fromkeys([region, *more])),
        **_credential(settings, secret),
        **_billing(settings),
        **urls,
    )


def _billing(settings: dict[str, str]) -> dict[str, Any]:
    """Where the billing export is. The name stands in a query, so that it is checked to be one."""
    table, form = settings.get("billing_table"), settings.get("billing_format", "detailed")
    if form not in ("detailed", "focus"):
        raise InvalidSpec(
            "billing_format is 'detailed' or 'focus'.", field="settings.billing_format"
        )
    if not table:
        return {}
    known = _matched(_TABLE, table, "billing_table", "project.dataset.table")
    return {"billing_table": known, "billing_format": form}


def _credential(settings: dict[str, str], secret: dict[str, str]) -> dict[str, Any]:
    """The fields of either of the two credentials. There is no third: the environment's own would
    let any tenant act as the deployment."""
    pool, email = settings.get("workload_identity_provider"), settings.get("service_account")
    text = secret.get("service_account_key")
    if not pool and email:
        raise InvalidSpec(
            "A service_account is impersonated through a workload_identity_provider only.",
            field="settings.service_account",
        )
    if bool(pool) is bool(text):
        raise InvalidSpec(
            "There are two credentials." if pool else "There is no credential.",
            field="secret.service_account_key",
            remedy="Give settings.workload_identity_provider, or a service account's key.",
        )
    if not pool:
        return {"key": _key(str(text))}
    return {
        "pool": _matched(_POOL, pool, "workload_identity_provider", "a provider's name"),
        "service_account": email
        and _matched(_EMAIL, email, "service_account", "its e-mail address"),
        "audience": required_audience(secret, pool, "a service_account_key in place of the pool"),
    }


def make_credentials(account: GcpAccount) -> Any:
    """A google.auth credential; it asks for a token at the first call. ValueError: a bad key."""
    if account.key is not None:
        from google.oauth2.service_account import Credentials

        # A key file names where its assertion goes: anywhere at all, so that ours counts instead.
        told = account.key | {"token_uri": account.token_uri}
        return Credentials.from_service_account_info(told, scopes=SCOPES)
    return _federated(account)


def _federated(account: GcpAccount) -> Any:
    """What ``gcloud iam workload-identity-pools create-cred-config`` describes, of our own tokens.
    https://cloud.google.com/iam/docs/workload-identity-federation-with-other-providers"""
    from google.auth.identity_pool import Credentials, SubjectTokenSupplier

    class Own(SubjectTokenSupplier):
        def get_subject_token(self, _context: Any, _request: Any) -> str:
            return web_identity_token(account.audience)

    impersonated = None
    if account.service_account:
        impersonated = (
            f"{account.iam_credentials_url}/v1/projects/-/serviceAccounts/"
            f"{account.service_account}:generateAccessToken"
        )
    return Credentials(
        audience=f"//iam.googleapis.com/{account.pool}",
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",  # noqa: S106 - a kind
        token_url=f"{account.sts_url}/v1/token",
        subject_token_supplier=Own(),
        service_account_impersonation_url=impersonated,
        scopes=SCOPES,
    )


def _matched(pattern: re.Pattern[str], text: str, setting: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise InvalidSpec(f"{text!r} is not {what}.", field=f"settings.{setting}")
    return text


def _url(text: str, setting: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise InvalidSpec(f"{text!r} is not an http(s) URL.", field=f"settings.{setting}")
    return text.rstrip("/")


def _key(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    known = isinstance(found, dict) and all(isinstance(found.get(f), str) for f in _KEY_FIELDS)
    if not known or found["type"] != "service_account":
        raise InvalidSpec(
            "service_account_key is not the JSON of a service account's key.",
            field="secret.service_account_key",
        ) from None
    return {name: str(value) for name, value in found.items()}
