"""Tags that say whose a resource is and what was asked for, and filters that find it by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from novacron.mapping.tags import Owned, check_same, from_native, to_native
from novacron.models.account import ProviderType
from novacron.models.base import Model, Name, Ownership, Tags
from novacron.models.vm import VmFilter
from novacron.models.volume import ResourceFilter

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, TagTypeDef

N = TypeVar("N")
# EC2 takes these in a filter's value for wildcards, unless a backslash is before them:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
_WILD = re.compile(r"([\\*?])")


def tag_specifications(
    kinds: Sequence[str], name: Name, tags: Tags, owner: Ownership, spec: Model
) -> list[Any]:
    """``TagSpecifications`` for resources of these kinds. InvalidSpec: a tag at fault."""
    native = to_native(ProviderType.AWS, name, tags, owner, spec)
    pairs = [{"Key": key, "Value": value} for key, value in native.items()]
    return [{"ResourceType": kind, "Tags": pairs} for kind in kinds]


def owned(tags: Iterable[TagTypeDef]) -> Owned:
    """Name, user's tags and owner."""
    return from_native(ProviderType.AWS, {tag["Key"]: tag["Value"] for tag in tags})


def filters(where: VmFilter | ResourceFilter) -> list[FilterTypeDef]:
    """The conditions as EC2's filters."""
    wanted = {f"tag:{key}": value for key, value in where.tags.items()}
    told = {
        "tag:Name": where.name,
        "tag:novacron:tenant": where.tenant,
        "tag:novacron:operation": where.operation,
    }
    wanted |= {name: value for name, value in told.items() if value is not None}
    return [{"Name": name, "Values": [_WILD.sub(r"\\\1", value)]} for name, value in wanted.items()]


def owner_filters(owner: Ownership) -> list[FilterTypeDef]:
    """Finds what this operation made."""
    return filters(ResourceFilter(tenant=owner.tenant, operation=owner.operation))


def made_before(found: Sequence[N], spec: Model, owner: Ownership) -> N | None:
    """What the operation made before, if anything. Conflict: it asked for something else."""
    if not found:
        return None
    native: Any = found[0]
    check_same(owned(native.get("Tags", [])).digest, spec, owner)
    return found[0]
