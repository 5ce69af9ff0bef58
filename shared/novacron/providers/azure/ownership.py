"""Names that tell which operation made a resource, and tags that say whose it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from novacron.mapping.tags import Owned, check_same, from_native, to_native
from novacron.models.account import ProviderType
from novacron.models.base import Model, Ownership, Tags
from novacron.models.vm import VmFilter
from novacron.models.volume import ResourceFilter

Json = dict[str, Any]


def native_name(owner: Ownership) -> str:
    """The same for every attempt of one operation: ARM's names are its idempotency tokens.

    The name asked for is no part of it, or the same operation with another name would make a
    second resource instead of a Conflict; it is in the tags, and a VM's host name.
    """
    token = hashlib.sha256(f"{owner.tenant}/{owner.operation}".encode()).hexdigest()
    return f"nc-{token[:20]}"


def tags_for(name: str, tags: Tags, owner: Ownership, spec: Model) -> dict[str, str]:
    """InvalidSpec: a tag at fault."""
    return to_native(ProviderType.AZURE, name, tags, owner, spec)


def owned(native: Mapping[str, Any]) -> Owned:
    """Name, user's tags and owner."""
    return from_native(ProviderType.AZURE, native.get("tags") or {})


def same_before(native: Mapping[str, Any], spec: Model, owner: Ownership) -> None:
    """Conflict: what the operation made before is not what ``spec`` asks for."""
    check_same(owned(native).digest, spec, owner)


def region_of(native: Mapping[str, Any]) -> str:
    """ "West Europe" and "westeurope" are one location."""
    return str(native.get("location", "")).replace(" ", "").lower()


def matches(native: Mapping[str, Any], where: VmFilter | ResourceFilter) -> bool:
    """Whether the conditions on tags and region hold. ARM's lists of a group take none."""
    owner = owned(native)
    pairs = (
        (where.region, region_of(native)),
        (where.name, owner.name),
        (where.tenant, owner.tenant),
        (where.operation, owner.operation),
    )
    if any(wanted is not None and wanted != told for wanted, told in pairs):
        return False
    return all(owner.tags.get(key) == value for key, value in where.tags.items())
