"""Which forwarding rules are load balancers, and what counts as something behind one."""

from __future__ import annotations

from typing import Any

import pytest
from google.cloud import compute_v1

from novacron.errors import NotFound, ProviderUnavailable
from novacron.models.base import PageRequest
from novacron.providers.base import iterate
from novacron.providers.gcp.backends import HOLDS, LEADS, Backends
from novacron.providers.gcp.balancer_list import _balances
from novacron.providers.gcp.provider import GcpProvider
from tests.unit.providers_gcp.conftest import REGION, ZONE, World

ROOT = "https://www.googleapis.com/compute/v1/projects/p"


@pytest.mark.parametrize(
    ("told", "balances"),
    [
        ({"target": f"{ROOT}/global/targetHttpsProxies/x"}, True),
        ({"backend_service": f"{ROOT}/regions/{REGION}/backendServices/x"}, True),
        ({"target": f"{ROOT}/regions/{REGION}/targetVpnGateways/x"}, False),
        ({"target": f"{ROOT}/regions/{REGION}/serviceAttachments/x"}, False),
        ({"target": "all-apis"}, False),
        (
            {
                "target": f"{ROOT}/global/targetHttpProxies/x",
                "load_balancing_scheme": "INTERNAL_SELF_MANAGED",
            },
            False,
        ),
    ],
)
def test_what_is_a_load_balancer(told: dict[str, Any], balances: bool) -> None:
    assert _balances(compute_v1.ForwardingRule(told)) is balances


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ({"network_endpoint_type": "GCE_VM_IP_PORT"}, False),
        ({"network_endpoint_type": "GCE_VM_IP_PORT", "size": 1}, True),
        ({"network_endpoint_type": "SERVERLESS"}, True),
        ({"network_endpoint_type": "PRIVATE_SERVICE_CONNECT"}, True),
    ],
)
def test_groups_without_members_of_their_own(told: dict[str, Any], holds: bool) -> None:
    assert HOLDS["networkEndpointGroups"](compute_v1.NetworkEndpointGroup(told)) is holds


def test_a_url_map_leads_to_all_of_its_services_and_may_redirect() -> None:
    weighted = {"weighted_backend_services": [{"backend_service": "b"}, {"backend_service": "c"}]}
    rules = {
        "path_rules": [{"service": "e"}],
        "route_rules": [
            {"route_action": {"weighted_backend_services": [{"backend_service": "f"}]}}
        ],
    }
    told: dict[str, Any] = {
        "default_service": "a",
        "default_route_action": weighted,
        "path_matchers": [{"default_service": "d", **rules}],
    }
    found = compute_v1.UrlMap(told)
    assert sorted(filter(None, LEADS["urlMaps"](found))) == list("abcdef")
    assert not HOLDS["urlMaps"](found)
    redirect = {"path_matchers": [{"path_rules": [{"url_redirect": {"strip_query": False}}]}]}
    assert HOLDS["urlMaps"](compute_v1.UrlMap(redirect))
    assert HOLDS["urlMaps"](compute_v1.UrlMap({"default_url_redirect": {"https_redirect": True}}))


@pytest.mark.parametrize(
    ("link", "service", "where"),
    [
        ("global/targetHttpsProxies/x", "target_https_proxies", {"target_https_proxy": "x"}),
        ("regions/r/urlMaps/x", "region_url_maps", {"region": "r", "url_map": "x"}),
        ("regions/r/targetPools/x", "target_pools", {"region": "r", "target_pool": "x"}),
        (
            "regions/r/instanceGroups/x",
            "region_instance_groups",
            {"region": "r", "instance_group": "x"},
        ),
        ("zones/z/instances/x", "instances", {"zone": "z", "instance": "x"}),
        ("global/networkEndpointGroups/x", None, {}),
        ("global/backendBuckets/x", None, {}),
    ],
)
def test_where_a_part_is_read(link: str, service: str | None, where: dict[str, str]) -> None:
    """What is gone has nothing behind it; what is not looked at counts as something."""
    calls: list[Any] = []

    def call(service: str, _method: str, **told: str) -> Any:
        calls.append((service, told))
        raise NotFound("It is gone.")

    assert Backends(call, "other").there(f"{ROOT}/{link}")
    assert Backends(call, "p").there(f"{ROOT}/{link}") is (service is None)
    assert calls == ([(service, where)] if service else [])


def _make(provider: GcpProvider, service: str, name: str, **told: Any) -> None:
    """In the region, but for what is of the zone or global."""
    one = service.removeprefix("region_").removesuffix("s")
    zonal = service in ("target_instances", "instance_groups")
    where = {"zone": ZONE} if zonal else {} if service == "health_checks" else {"region": REGION}
    body = {f"{one}_resource": {"name": name, **told}}
    provider.call(service, "insert_unary", **where, **body)


def _balancers(world: World, instance: str) -> None:
    """Rules named as what they lead to."""
    provider, here = world.provider(), f"regions/{REGION}"
    _make(provider, "target_pools", "void")
    _make(provider, "target_pools", "full", instances=[instance])
    _make(provider, "target_pools", "backed", backup_pool=f"{here}/targetPools/full")
    _make(provider, "target_instances", "one", instance=instance)
    _make(provider, "instance_groups", "group")
    _make(provider, "health_checks", "up", type_="TCP")
    told = {
        "backends": [{"group": f"zones/{ZONE}/instanceGroups/group"}],
        "health_checks": ["global/healthChecks/up"],
    }
    _make(provider, "region_backend_services", "inner", **told)
    for name in ("void", "full", "backed"):
        _make(provider, "forwarding_rules", name, target=f"{here}/targetPools/{name}")
    target = f"zones/{ZONE}/targetInstances/one"
    _make(provider, "forwarding_rules", "one", target=target)
    named = {"backend_service": f"{here}/backendServices/inner", "labels": {"team": "web"}}
    _make(provider, "forwarding_rules", "inner", **named)


def test_pools_instances_and_groups(world: World) -> None:
    provider = world.provider()
    vm = provider.create_vm(world.spec(), world.owner())
    instance = f"zones/{ZONE}/instances/{vm.id.partition('/')[2]}"
    _balancers(world, instance)

    def empty() -> set[str]:
        return {one.name for one in iterate(provider.list_load_balancers, REGION) if one.empty}

    assert empty() == {"void", "inner"}
    joined = {"instances": [{"instance": instance}]}
    told = {"instance_group": "group", "instance_groups_add_instances_request_resource": joined}
    provider.call("instance_groups", "add_instances_unary", zone=ZONE, **told)
    assert empty() == {"void"}
    provider.delete_vm(vm.id)
    assert empty() == {"void", "full", "backed", "one"}
    [inner] = [one for one in iterate(provider.list_load_balancers, None) if one.name == "inner"]
    assert (inner.id, inner.tags) == (f"{REGION}/inner", {"team": "web"})
    root = world.server.project.root
    path = f"{root}/regions/{REGION}/forwardingRules/inner"
    assert inner.billed_as == f"//compute.googleapis.com/{path}"


def test_a_region_that_is_down_hides_none(world: World) -> None:
    switches = world.server.project.switches
    switches.unreachable = [REGION]
    try:
        with pytest.raises(ProviderUnavailable):
            world.provider().list_load_balancers(None, PageRequest())
    finally:
        switches.unreachable = []
