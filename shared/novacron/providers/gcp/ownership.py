"""Names and labels that say whose a resource is, and the filter that finds it by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from novacron.mapping.labels_gcp import NAME, to_labels
from novacron.mapping.tags import OPERATION, TENANT, Owned, check_same, from_native, to_native
from novacron.models.account import ProviderType
from novacron.models.base import Model, Name, Ownership, Tags
from novacron.models.vm import VmFilter
from novacron.models.volume import ResourceFilter

LENGTH = 63
HASH = 8
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,62}=[a-z0-9_-]{0,63}")


def native_name(name: Name, owner: Ownership, part: str = "") -> str:
    """The one name that this operation gives this resource, or this ``part`` of it: a create
    that is repeated meets what it made before."""
    mark = sha256(f"{owner.tenant}/{owner.operation}/{part}".encode()).hexdigest()[:HASH]
    return f"{name[: LENGTH - HASH - 1].rstrip('-')}-{mark}"


def step_of(owner: Ownership, step: str) -> str:
    """What ``Operations.change`` derives the request id from."""
    return f"{owner.tenant}/{owner.operation}/{step}"


def labels(name: Name, tags: Tags, owner: Ownership, spec: Model) -> dict[str, str]:
    """InvalidSpec: a tag that is no label."""
    return to_native(ProviderType.GCP, name, tags, owner, spec)


def owned(native: Any) -> Owned:
    """Name, user's tags and owner of a resource with labels; others' have their own name."""
    found = from_native(ProviderType.GCP, native.labels)
    return found if found.name else found.model_copy(update={"name": native.name})


def same(native: Any, spec: Model, owner: Ownership) -> Any:
    """What the operation made before. Conflict: it asked for something else."""
    check_same(owned(native).digest, spec, owner)
    return native


def wanted_labels(where: VmFilter | ResourceFilter) -> dict[str, str] | None:
    """The labels that a match has; None where no resource can match."""
    told = {TENANT: where.tenant, OPERATION: where.operation}
    found = to_labels({key: value for key, value in told.items() if value is not None})
    if where.name is not None:
        found[NAME] = where.name
    found |= where.tags
    if not all(_LABEL.fullmatch(f"{key}={value}") for key, value in found.items()):
        return None
    return found


def filter_of(wanted: Mapping[str, str]) -> str:
    """https://cloud.google.com/compute/docs/reference/rest/v1/instances/list (filter)"""
    return " ".join(f'(labels.{key} = "{value}")' for key, value in wanted.items())


def matches(native: Any, wanted: Mapping[str, str]) -> bool:
    """The same again here: an empty value also finds what lacks the label, and a value that is
    continued in a further label must end where ours does."""
    return all(native.labels.get(key) == value for key, value in wanted.items())
