"""Which of our VMs a bill's resource is.

Bills name resources as each cloud does: an EC2 instance by id or ARN, an Azure VM by its resource
id in any case, a Compute Engine instance by its full resource name
(https://cloud.google.com/asset-inventory/docs/resource-name-format).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

_ARN = re.compile(r"arn:[\w-]+:ec2:[\w-]*:\d*:instance/(i-\w+)")
_AZURE = re.compile(
    r"/subscriptions/.+/providers/microsoft\.compute/virtualmachines/([^/]+)", re.IGNORECASE
)
_GOOGLE = re.compile(r"(?://compute\.googleapis\.com/)?projects/.+/zones/([^/]+)/instances/([^/]+)")


def native_id(resource: str) -> str:
    """The provider's id as ``ResourceRecord.provider_id`` has it."""
    if found := _ARN.fullmatch(resource):
        return found.group(1)
    if found := _AZURE.fullmatch(resource):
        return found.group(1).lower()
    if found := _GOOGLE.fullmatch(resource):
        return f"{found.group(1)}/{found.group(2)}"
    return resource


class VmIds:
    """``known``: provider id -> our VM's id, of one account."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def column(self, resources: Any) -> Any:
        """Our VM's id for each resource id, null where it is none of ours."""
        encoded = resources.dictionary_encode()
        ids = [
            self._known.get(native_id(one)) if one else None
            for one in encoded.dictionary.to_pylist()
        ]
        return pa.array(ids, pa.string()).take(encoded.indices)
