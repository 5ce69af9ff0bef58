"""DNS records in zones that a provider serves: where a name leads is part of moving a VM.

The rules of ``providers.base`` hold. A zone is named as the provider names it: Route 53's hosted
zone id, the name of a zone in Azure's resource group, Google's managed zone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
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


class DnsRecords(ABC):
    """Can say where a name leads."""

    @abstractmethod
    def get_record(self, zone: str, name: str, kind: DnsType) -> DnsRecord | None:
        """None when the name has no record of this type. NotFound: the zone, or a name outside of
        it. Unsupported: a record that is no plain list of addresses (an alias, a weighted one)."""

    @abstractmethod
    def put_record(self, record: DnsRecord) -> str | None:
        """Make it what ``record`` says, whatever it was; repeating it changes nothing.

        Returns the change as ``check_record_change`` takes it; None: the servers answer with it
        already. Raises what ``get_record`` raises.
        """

    @abstractmethod
    def delete_record(self, record: DnsRecord) -> str | None:
        """Remove the name's record of this type; one that is gone already is fine."""

    def check_record_change(self, change: str) -> None:  # noqa: B027 - most have none
        """Return when all of the zone's servers answer with it; NotReady before."""
