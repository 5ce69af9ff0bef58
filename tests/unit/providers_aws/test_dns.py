from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import Unsupported
from novacron.models.dns import DnsRecord, DnsType
from tests.unit.providers_aws.conftest import REGION, World

NAME = "web.example.org"
ALIAS = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net"}


@pytest.mark.parametrize(
    "special",
    [
        {"AliasTarget": {**ALIAS, "EvaluateTargetHealth": False}},
        {
            "SetIdentifier": "one",
            "Weight": 1,
            "TTL": 60,
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        },
    ],
)
def test_what_is_no_plain_list_is_left_alone(world: World, special: dict[str, Any]) -> None:
    provider = world.provider()
    route53 = provider.client("route53", REGION)
    made = route53.create_hosted_zone(Name="example.org", CallerReference=str(special))
    zone = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    record = {"Name": NAME, "Type": "A", **special}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    with pytest.raises(Unsupported):
        provider.get_record(zone, NAME, DnsType.A)
    with pytest.raises(Unsupported):
        provider.put_record(DnsRecord(zone=zone, name=NAME, values=["192.0.2.2"]))
