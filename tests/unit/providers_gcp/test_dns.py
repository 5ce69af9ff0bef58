from __future__ import annotations

import pytest

from infra.local.google_project.dns import create
from infra.local.google_project.wire import Call
from novacron.errors import NotReady, Unsupported
from novacron.models.dns import DnsRecord, DnsType
from tests.unit.providers_gcp.conftest import World

ZONE, NAME = "names", "web.example.org"


@pytest.fixture
def zone(world: World) -> str:
    project = world.server.project
    project.zones.clear()
    create(project, Call("managedZones.create", "", {}, {"name": ZONE, "dnsName": "example.org."}))
    return ZONE


def test_a_change_is_ready_when_all_servers_know_it(world: World, zone: str) -> None:
    world.server.project.switches.transition_describes = 1
    provider = world.provider()
    change = provider.put_record(DnsRecord(zone=zone, name=NAME, values=["192.0.2.1"]))
    assert change is not None
    with pytest.raises(NotReady):
        provider.check_record_change(change)
    provider.check_record_change(change)


def test_a_record_with_a_routing_policy_is_left_alone(world: World, zone: str) -> None:
    shown = {"name": f"{NAME}.", "type": "A", "ttl": 60, "routingPolicy": {"kind": "geo"}}
    world.server.project.zones[zone]["sets"].append(shown)
    with pytest.raises(Unsupported):
        world.provider().put_record(DnsRecord(zone=zone, name=NAME, values=["192.0.2.1"]))
    assert world.server.project.zones[zone]["sets"] == [shown]


def test_a_name_has_no_record_of_another_type(world: World, zone: str) -> None:
    provider = world.provider()
    provider.put_record(DnsRecord(zone=zone, name=NAME, values=["192.0.2.1"]))
    assert provider.get_record(zone, NAME, DnsType.AAAA) is None
