"""Access keys of the IAM user that an account signs with.

A user may have two at a time:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from novacron.errors import Conflict, NotFound
from novacron.providers.aws.auth import make_session
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import code_of, translated
from novacron.providers.base import CredentialRotation


class AwsRotation(AwsBase, CredentialRotation):
    def credential_name(self, secret: dict[str, str]) -> str | None:
        return secret.get("access_key_id") or None

    @translated
    def list_credentials(self) -> list[str]:
        pages = self._iam().get_paginator("list_access_keys").paginate()
        return [key["AccessKeyId"] for page in pages for key in page["AccessKeyMetadata"]]

    @translated
    def rotate_credential(self, secret: dict[str, str]) -> dict[str, str]:
        try:
            made = self._iam().create_access_key()["AccessKey"]
        except ClientError as error:
            if code_of(error) != "LimitExceeded":
                raise
            raise Conflict(
                "The IAM user has two access keys already.",
                remedy="Delete the one that is not this account's.",
            ) from error
        keys = {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"]}
        return {**secret, **keys}

    @translated
    def retire_credential(self, name: str) -> None:
        try:
            self._iam().delete_access_key(AccessKeyId=name)
        except ClientError as error:
            if code_of(error) != "NoSuchEntity":
                raise
            raise NotFound(f"There is no access key {name}.") from error

    def _iam(self) -> Any:
        """IAM as the user itself: a role that it assumes has no access keys."""
        account = replace(self.account, role_arn=None)
        # Without UserName, IAM takes the user whose key has signed.
        return make_session(account).client(
            "iam", endpoint_url=account.endpoint_url, config=account.config()
        )
