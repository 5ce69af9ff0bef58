"""Route 53: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"""

from __future__ import annotations

from typing import Any

from novacron.errors import NotFound, NotReady, Unsupported
from novacron.models.dns import DnsRecord, DnsType
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.dns import DnsRecords


class AwsDns(AwsBase, DnsRecords):
    """``zone`` is a hosted zone's id, as zones of one name may be several."""

    @translated
    def get_record(self, zone: str, name: str, kind: DnsType) -> DnsRecord | None:
        served = _plain(self._route53().get_hosted_zone(Id=zone)["HostedZone"]["Name"])
        if name != served and not name.endswith(f".{served}"):
            raise NotFound(f"{name} is not in the zone {served}.")
        page = self._route53().list_resource_record_sets(
            HostedZoneId=zone, StartRecordName=name, StartRecordType=kind.value, MaxItems="1"
        )
        # The first at or after the name, in the order of the names' labels.
        for found in page["ResourceRecordSets"]:
            if (_plain(found["Name"]), found["Type"]) == (name, kind.value):
                return _record(zone, found)
        return None

    @translated
    def put_record(self, record: DnsRecord) -> str | None:
        self.get_record(record.zone, record.name, record.type)  # refuses what is no plain list
        return self._change("UPSERT", record)

    @translated
    def delete_record(self, record: DnsRecord) -> str | None:
        found = self.get_record(record.zone, record.name, record.type)
        return None if found is None else self._change("DELETE", found)

    @translated
    def check_record_change(self, change: str) -> None:
        if self._route53().get_change(Id=change)["ChangeInfo"]["Status"] != "INSYNC":
            raise NotReady("Not all of Route 53's servers know the record yet.")

    def _change(self, action: str, record: DnsRecord) -> str:
        wanted = {
            "Name": record.name,
            "Type": record.type.value,
            "TTL": record.ttl,
            "ResourceRecords": [{"Value": value} for value in record.values],
        }
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": wanted}]}
        answer = self._route53().change_resource_record_sets(
            HostedZoneId=record.zone, ChangeBatch=batch
        )
        return str(answer["ChangeInfo"]["Id"]).removeprefix("/change/")

    def _route53(self) -> Any:
        """A global service: any region's client reaches it."""
        return self.client("route53", self.account.region)


def _record(zone: str, found: dict[str, Any]) -> DnsRecord:
    if "AliasTarget" in found or "SetIdentifier" in found:
        kind = "an alias" if "AliasTarget" in found else "one of several by a routing policy"
        raise Unsupported(f"The record {_plain(found['Name'])} is {kind}: it is not switched.")
    return DnsRecord(
        zone=zone,
        name=_plain(found["Name"]),
        type=DnsType(found["Type"]),
        ttl=found["TTL"],
        values=[one["Value"] for one in found["ResourceRecords"]],
    )


def _plain(name: str) -> str:
    """ "\\052.example.org." is "*.example.org":
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"""
    return name.removesuffix(".").replace("\\052", "*")
