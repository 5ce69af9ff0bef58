"""Azure DNS's public zones: https://learn.microsoft.com/en-us/rest/api/dns/record-sets"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novacron.errors import NotFound, Unsupported
from novacron.models.dns import DnsRecord, DnsType
from novacron.providers.azure.base import NETWORK, AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.dns import DnsRecords

if TYPE_CHECKING:
    from azure.mgmt.dns import DnsManagementClient


class AzureDns(AzureBase, DnsRecords):
    """``zone`` is a zone's name in the account's resource group. A change that was accepted is
    served."""

    @translated
    def get_record(self, zone: str, name: str, kind: DnsType) -> DnsRecord | None:
        from azure.core.exceptions import ResourceNotFoundError

        place = self._place(zone, name, kind)
        self._dns.zones.get(self.account.resource_group, zone)
        try:
            found = self._dns.record_sets.get(*place)
        except ResourceNotFoundError:
            return None
        if found.target_resource is not None and found.target_resource.id:
            raise Unsupported(f"The record {name} is an alias: it is not switched.")
        values = (
            [one.ipv4_address for one in found.a_records or []]
            if kind is DnsType.A
            else [one.ipv6_address for one in found.aaaa_records or []]
        )
        return DnsRecord(zone=zone, name=name, type=kind, ttl=found.ttl, values=values)

    @translated
    def put_record(self, record: DnsRecord) -> str | None:
        from azure.mgmt.dns.models import AaaaRecord, ARecord, RecordSet

        self.get_record(record.zone, record.name, record.type)  # refuses what is no plain list
        wanted = RecordSet(ttl=record.ttl)
        if record.type is DnsType.A:
            wanted.a_records = [ARecord(ipv4_address=value) for value in record.values]
        else:
            wanted.aaaa_records = [AaaaRecord(ipv6_address=value) for value in record.values]
        place = self._place(record.zone, record.name, record.type)
        self._dns.record_sets.create_or_update(*place, wanted)
        return None

    @translated
    def delete_record(self, record: DnsRecord) -> str | None:
        self._dns.record_sets.delete(*self._place(record.zone, record.name, record.type))
        return None

    def _place(self, zone: str, name: str, kind: DnsType) -> tuple[str, str, str, str]:
        relative = "@" if name == zone else name.removesuffix(f".{zone}")
        if relative == name:
            raise NotFound(f"{name} is not in the zone {zone}.")
        return self.account.resource_group, zone, relative, kind.value

    @property
    def _dns(self) -> DnsManagementClient:
        def make(credential: Any, told: dict[str, Any]) -> DnsManagementClient:
            from azure.mgmt.dns import DnsManagementClient

            return DnsManagementClient(credential, self.account.subscription_id, **told)

        client: DnsManagementClient = self._client(f"{NETWORK}/dnsZones", make)
        return client
