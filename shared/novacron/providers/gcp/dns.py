"""Cloud DNS by REST: its own library speaks an older form of the API, and three calls are few.

https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets
"""

from __future__ import annotations

from typing import Any

from novacron.errors import NotFound, NotReady, Unsupported
from novacron.models.dns import DnsRecord, DnsType
from novacron.providers.dns import DnsRecords
from novacron.providers.gcp.base import TIMEOUT, GcpBase
from novacron.providers.gcp.errors import translated


class GcpDns(GcpBase, DnsRecords):
    """``zone`` is a managed zone's name."""

    @translated
    def get_record(self, zone: str, name: str, kind: DnsType) -> DnsRecord | None:
        suffix = str(self._ask("GET", zone)["dnsName"])
        if not f"{name}.".endswith(f".{suffix}") and f"{name}." != suffix:
            raise NotFound(f"{name} is not in the zone {zone}.")
        query = {"name": f"{name}.", "type": kind.value}
        found = self._ask("GET", f"{zone}/rrsets", params=query)["rrsets"]
        return _record(zone, found[0]) if found else None

    @translated
    def put_record(self, record: DnsRecord) -> str | None:
        old = self.get_record(record.zone, record.name, record.type)
        if old == record:
            return None
        # Both in one change: the name never leads nowhere, and who changed it first wins.
        change = {"additions": [_written(record)], "deletions": [_written(old)] if old else []}
        return self._change(record.zone, change)

    @translated
    def delete_record(self, record: DnsRecord) -> str | None:
        old = self.get_record(record.zone, record.name, record.type)
        return self._change(record.zone, {"deletions": [_written(old)]}) if old else None

    @translated
    def check_record_change(self, change: str) -> None:
        zone, _, number = change.partition("/")
        if self._ask("GET", f"{zone}/changes/{number}")["status"] != "done":
            raise NotReady("Not all of Google's servers know the record yet.")

    def _change(self, zone: str, change: dict[str, Any]) -> str:
        return f"{zone}/{self._ask('POST', f'{zone}/changes', json=change)['id']}"

    def _ask(self, method: str, path: str, **told: Any) -> dict[str, Any]:
        from google.api_core.exceptions import from_http_response
        from google.auth.transport.requests import AuthorizedSession

        url = f"{self.account.dns_url}/dns/v1/projects/{self.account.project}/managedZones/{path}"
        self.limit("read" if method == "GET" else "write")
        with AuthorizedSession(self.credentials) as session:
            answer = session.request(method, url, timeout=TIMEOUT, **told)
        if answer.status_code >= 400:
            raise from_http_response(answer)  # type: ignore[no-untyped-call]
        body: dict[str, Any] = answer.json()
        return body


def _record(zone: str, found: dict[str, Any]) -> DnsRecord:
    if "routingPolicy" in found:
        raise Unsupported(f"The record {found['name']} has a routing policy: it is not switched.")
    return DnsRecord(
        zone=zone,
        name=found["name"].removesuffix("."),
        type=DnsType(found["type"]),
        ttl=found["ttl"],
        values=found["rrdatas"],
    )


def _written(record: DnsRecord) -> dict[str, Any]:
    return {
        "name": f"{record.name}.",
        "type": record.type.value,
        "ttl": record.ttl,
        "rrdatas": record.values,
    }
