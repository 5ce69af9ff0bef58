"""Clients that act with one question's credentials."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from novacron.costs.sql.athena.place import Place

SECONDS = 900
"""The shortest that STS gives:
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""


class Session:
    """The role, held to ``policy``; asked for with the first call."""

    def __init__(self, place: Place, name: str, policy: str) -> None:
        self._place, self._name, self._policy = place, name, policy

    @cached_property
    def _session(self) -> Any:
        import boto3

        sts = boto3.client("sts", region_name=self._place.region)
        keys = sts.assume_role(
            RoleArn=self._place.role,
            RoleSessionName=self._name,
            Policy=self._policy,
            DurationSeconds=SECONDS,
        )["Credentials"]
        return boto3.Session(
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            region_name=self._place.region,
        )

    @cached_property
    def athena(self) -> Any:
        return self._session.client("athena")

    @cached_property
    def glue(self) -> Any:
        return self._session.client("glue")

    @cached_property
    def s3(self) -> Any:
        return self._session.client("s3")
