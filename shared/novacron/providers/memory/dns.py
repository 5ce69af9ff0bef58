"""Names of the in-memory cloud. Every zone is there; the cloud's servers learn at once."""

from __future__ import annotations

from novacron.errors import NotFound
from novacron.models.dns import DnsRecord, DnsType
from novacron.providers.dns import DnsRecords
from novacron.providers.memory.cloud import MemoryBase, call


class MemoryDns(MemoryBase, DnsRecords):
    """``zone`` is the domain of its names."""

    @call
    def get_record(self, zone: str, name: str, kind: DnsType) -> DnsRecord | None:
        return self.cloud.names.get(_key(zone, name, kind))

    @call
    def put_record(self, record: DnsRecord) -> str | None:
        self.cloud.names[_key(record.zone, record.name, record.type)] = record
        return None

    @call
    def delete_record(self, record: DnsRecord) -> str | None:
        self.cloud.names.pop(_key(record.zone, record.name, record.type), None)
        return None


def _key(zone: str, name: str, kind: DnsType) -> tuple[str, str, str]:
    if name != zone and not name.endswith(f".{zone}"):
        raise NotFound(f"{name} is not in the zone {zone}.")
    return zone, name, kind.value
