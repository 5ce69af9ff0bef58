"""What every model shares: strictness, pages, ownership."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""RFC 1035 label: the strictest of the four clouds (Google's) so that a name fits everywhere."""

ResourceId = Annotated[str, StringConstraints(min_length=1, max_length=512)]
"""The provider's own id, opaque to us."""

TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128)]
TagValue = Annotated[str, StringConstraints(max_length=256)]
Tags = dict[TagKey, TagValue]

Cidr = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F:.]+/\d{1,3}$")]


class Model(BaseModel):
    """Immutable, and an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Observed(Model):
    """What every resource that a provider reports has in common."""

    id: ResourceId
    name: str
    region: str
    tags: Tags = {}
    """The user's tags only; ownership is in ``tenant`` and ``operation``."""
    tenant: str | None = None
    operation: str | None = None
    provider_operation: str | None = None
    """The provider's own name of the change under way; see ``Accounts.check_operation``."""


class Ownership(Model):
    """Who a created resource belongs to; stored as tags so that it can be found without us."""

    tenant: str = Field(min_length=1, max_length=63)
    operation: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    """Also the idempotency token: ASCII and at most 64 characters, EC2's ClientToken limit
    (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html)."""


class PageRequest(Model):
    """``cursor`` is the ``next_cursor`` of the page before; None asks for the first page."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = None


class Page(Model, Generic[T]):
    """One page. ``next_cursor`` is None on the last page; an empty page may still have one."""

    items: list[T]
    next_cursor: str | None = None
