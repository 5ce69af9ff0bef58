"""DNS records in zones that a provider serves: where a name leads is part of moving a VM.

The rules of ``providers.base`` hold. A zone is named as the provider names it: Route 53's hosted
zone id, the name of a zone in Azure's resource group, Google's managed zone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.dns import DnsRecord, DnsType


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
