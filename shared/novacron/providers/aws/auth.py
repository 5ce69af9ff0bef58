"""Settings of an AWS account, and the session that signs with its credential."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.session import get_session

from novacron.errors import InvalidSpec

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}")
_BILLING = {"billing_bucket", "billing_prefix", "billing_export", "billing_bucket_region"}
_SETTINGS = {"region", "regions", "role_arn", "endpoint_url", "encrypt", "cost_explorer"} | _BILLING
_SECRETS = {"access_key_id", "secret_access_key", "external_id"}


@dataclass(frozen=True)
class AwsAccount:
    """``regions`` are all that the account is used in, the home ``region`` first.

    encrypt: None encrypts new empty volumes; True also what is made from an image or a
    snapshot; False nothing. attempts: per call, the first one included. billing_...: where its
    data export is; cost_explorer: whether that may be asked, which costs.
    """

    region: str
    regions: tuple[str, ...]
    role_arn: str | None = None
    endpoint_url: str | None = None
    encrypt: bool | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    external_id: str | None = None
    attempts: int = 2
    billing_bucket: str | None = None
    billing_prefix: str = ""
    billing_export: str = ""
    billing_bucket_region: str | None = None
    cost_explorer: bool = False

    def config(self) -> Config:
        # A call may take 3 + 20 s at most: botocore's own 60 s would outlast a function.
        return Config(
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "adaptive", "total_max_attempts": self.attempts},
            user_agent_extra="novacron",
        )


def read_settings(settings: dict[str, str], secret: dict[str, str]) -> AwsAccount:
    """Checked settings. InvalidSpec names the first at fault; a secret's value is never told."""
    for given, known, where in ((settings, _SETTINGS, "settings"), (secret, _SECRETS, "secret")):
        if unknown := sorted(given.keys() - known):
            raise InvalidSpec(
                f"AWS accounts have no {unknown[0]!r}; there are {', '.join(sorted(known))}.",
                field=f"{where}.{unknown[0]}",
            )
    region = _region(settings.get("region", ""), "region")
    others = [part.strip() for part in settings.get("regions", "").split(",") if part.strip()]
    regions = tuple(dict.fromkeys([region, *(_region(one, "regions") for one in others)]))
    if bool(secret.get("access_key_id")) != bool(secret.get("secret_access_key")):
        raise InvalidSpec(
            "access_key_id and secret_access_key come together.", field="secret.access_key_id"
        )
    role = _role(settings.get("role_arn"))
    if role is None and not secret.get("access_key_id"):
        # The environment's own keys would let any tenant act as the deployment.
        raise InvalidSpec(
            "There is no credential.",
            field="secret.access_key_id",
            remedy="Give settings.role_arn with secret.external_id, or an access key.",
        )
    return AwsAccount(
        region=region,
        regions=regions,
        role_arn=role,
        endpoint_url=_endpoint(settings.get("endpoint_url")),
        encrypt=_flag(settings.get("encrypt"), "encrypt"),
        access_key_id=secret.get("access_key_id") or None,
        secret_access_key=secret.get("secret_access_key") or None,
        external_id=secret.get("external_id") or None,
        cost_explorer=_flag(settings.get("cost_explorer"), "cost_explorer") or False,
        **_billing(settings),
    )


def _billing(settings: dict[str, str]) -> dict[str, Any]:
    """Where the data export is: a bucket and a name, or nothing."""
    bucket, export = settings.get("billing_bucket"), settings.get("billing_export")
    if bool(bucket) != bool(export):
        raise InvalidSpec(
            "billing_bucket and billing_export come together.", field="settings.billing_bucket"
        )
    if not bucket:
        return {}
    if not _BUCKET.fullmatch(bucket):
        raise InvalidSpec(f"{bucket!r} is no bucket's name.", field="settings.billing_bucket")
    region = settings.get("billing_bucket_region")
    return {
        "billing_bucket": bucket,
        "billing_export": export,
        "billing_prefix": settings.get("billing_prefix", "").strip("/"),
        "billing_bucket_region": _region(region, "billing_bucket_region") if region else None,
    }


def make_session(account: AwsAccount) -> boto3.Session:
    """A session with the account's keys, or the environment's; with the role, if it has one.

    The role's keys are fetched at the first call and again before they expire.
    """
    source = boto3.Session(
        aws_access_key_id=account.access_key_id,
        aws_secret_access_key=account.secret_access_key,
        region_name=account.region,
    )
    if account.role_arn is None:
        return source
    inner = get_session()
    inner.register_component(
        "credential_provider", CredentialResolver([_AssumedRole(account, source)])
    )
    return boto3.Session(botocore_session=inner, region_name=account.region)


class _AssumedRole(CredentialProvider):
    METHOD = "novacron-assume-role"

    def __init__(self, account: AwsAccount, source: boto3.Session) -> None:
        super().__init__()
        self._account = account
        self._source = source

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=self.METHOD)

    def _fetch(self) -> dict[str, Any]:
        account = self._account
        sts = self._source.client("sts", endpoint_url=account.endpoint_url, config=account.config())
        wanted: dict[str, Any] = {"RoleArn": account.role_arn, "RoleSessionName": "novacron"}
        if account.external_id:
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
            wanted["ExternalId"] = account.external_id
        keys = sts.assume_role(**wanted)["Credentials"]
        return {
            "access_key": keys["AccessKeyId"],
            "secret_key": keys["SecretAccessKey"],
            "token": keys["SessionToken"],
            "expiry_time": keys["Expiration"].isoformat(),
        }


def _region(text: str, setting: str) -> str:
    if not _REGION.fullmatch(text):
        raise InvalidSpec(f"{text!r} is not an AWS region.", field=f"settings.{setting}")
    return text


def _role(text: str | None) -> str | None:
    if text and not _ROLE.fullmatch(text):
        raise InvalidSpec(f"{text!r} is not the ARN of a role.", field="settings.role_arn")
    return text or None


def _endpoint(text: str | None) -> str | None:
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise InvalidSpec(f"{text!r} is not an http(s) URL.", field="settings.endpoint_url")
    return text or None


def _flag(text: str | None, setting: str) -> bool | None:
    if text not in (None, "true", "false"):
        raise InvalidSpec(f"{setting} is 'true' or 'false'.", field=f"settings.{setting}")
    return None if text is None else text == "true"
