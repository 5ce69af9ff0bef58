"""Where questions are asked: a role, a workgroup, a bucket. What one question owns in them."""

from __future__ import annotations

import re
from typing import NamedTuple

from novacron.errors import Unsupported
from novacron.operations.services import Services

PREFIX = "novacron_"
"""Begins the databases' names; the role may reach no other."""
ASKED = "asked"
"""The bucket's folder of lists and answers. What is in it expires (``infra/base.yaml``)."""
_STORE = re.compile(r"s3://([^/]+)/(.+)")


class Place(NamedTuple):
    """``role`` and ``workgroup`` are ARNs; ``prefix`` is the bucket's folder of rows, which has one
    for each tenant."""

    role: str
    workgroup: str
    bucket: str
    prefix: str

    @property
    def region(self) -> str:
        return self.workgroup.split(":")[3]

    @property
    def name(self) -> str:
        """The workgroup's."""
        return self.workgroup.partition("/")[2]

    def glue(self, resource: str) -> str:
        _, partition, _, region, account, _ = self.workgroup.split(":")
        return f"arn:{partition}:glue:{region}:{account}:{resource}"

    def s3(self, path: str = "") -> str:
        """The bucket, or objects in it."""
        partition = self.workgroup.split(":")[1]
        return f"arn:{partition}:s3:::{self.bucket}{path and '/'}{path}"


class Asked(NamedTuple):
    """One question: its database is found by its name, which begins with ``PREFIX``."""

    tenant: str
    id: str

    @property
    def database(self) -> str:
        return f"{PREFIX}{self.id}"

    @property
    def folder(self) -> str:
        return f"{ASKED}/{self.tenant}/{self.id}"


def place(services: Services) -> Place:
    """Raises Unsupported: this deployment has no Athena."""
    store = _STORE.fullmatch(services.cost_store)
    if not services.query_role or store is None:
        raise Unsupported(
            "This deployment has no SQL engine.",
            remedy="Group and filter with POST /costs:query.",
        )
    return Place(services.query_role, services.query_workgroup, store[1], store[2])
