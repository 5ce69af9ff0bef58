"""DNS records: where names lead."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.models.base import Model

DnsName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$",
        max_length=253,
    ),
]
"""Fully qualified, lower case, without the last dot."""

ZoneName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$")]


class DnsType(StrEnum):
    A = "A"
    AAAA = "AAAA"


class DnsRecord(Model):
    """All values of one name and type. ``ttl`` in seconds."""

    zone: ZoneName
    name: DnsName
    type: DnsType = DnsType.A
    ttl: int = Field(default=60, ge=1, le=86400)
    values: list[str] = Field(min_length=1, max_length=100)
