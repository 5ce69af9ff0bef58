"""Regions, rate limits, lists, images, quota, metrics: what the shared contract does not ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from novacron.errors import (
    InvalidSpec,
    NotFound,
    NotReady,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
)
from novacron.mapping.images import GCP_IMAGES
from novacron.models.account import MetricName
from novacron.models.base import Ownership, PageRequest
from novacron.models.vm import Architecture, VmFilter, VmState
from novacron.models.volume import ResourceFilter, VolumeClass, VolumeSpec
from novacron.providers.base import FIRST_PAGE, iterate
from novacron.providers.gcp.provider import GcpProvider
from tests.unit.providers_gcp.conftest import REGION, SECOND, World


def test_lists_show_the_accounts_regions(world: World, provider: GcpProvider) -> None:
    both = world.provider(regions=SECOND)
    tags = {"suite": "regions"}
    home = both.create_vm(world.spec(tags=tags), world.owner())
    away = both.create_vm(world.spec(tags=tags, region=SECOND, zone=None), world.owner())
    assert away.id.startswith(f"{SECOND}-b/")
    walked = {vm.id for vm in iterate(both.list_vms, VmFilter(tags=tags))}
    assert walked == {home.id, away.id}
    only = iterate(both.list_vms, VmFilter(tags=tags, region=SECOND))
    assert [vm.id for vm in only] == [away.id]
    assert [vm.id for vm in iterate(provider.list_vms, VmFilter(tags=tags))] == [home.id]
    with pytest.raises(NotFound):
        provider.get_vm(away.id)
    for vm in (home, away):
        both.delete_vm(vm.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"region": "asia-southeast1"}, "region"),
        ({"zone": "europe-west1-b"}, "zone"),
        ({"zone": "us-central1-z"}, "zone"),
        ({"image": "nonsense"}, "image"),
        ({"image": "Not an image"}, "image"),
        ({"image": "amazon-linux-2023"}, "image"),
        ({"image": "debian-12", "instance_type": "t2a-standard-1"}, None),
        ({"instance_type": "e9-tiny"}, "instance_type"),
        ({"instance_type": "e2-custom-3-4096"}, "instance_type"),
        ({"subnet_id": f"{REGION}/nonsense"}, "subnet_id"),
        ({"subnet_id": f"{SECOND}/default"}, "subnet_id"),
        ({"subnet_id": "nonsense"}, "subnet_id"),
        ({"firewall_ids": ["Not a tag"]}, "firewall_ids"),
        ({"root_disk_gib": 1}, "root_disk_gib"),
    ],
)
def test_a_faulty_request_names_its_field(
    world: World, provider: GcpProvider, changes: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(InvalidSpec) as refused:
        provider.create_vm(world.spec(**changes), world.owner())
    assert refused.value.field == field


@pytest.mark.parametrize("unknown", ["us-central1-z/web", "us-central1-a/none", "web", "x/y/z"])
def test_unknown_places_are_not_found(provider: GcpProvider, unknown: str) -> None:
    for look in (provider.get_vm, provider.get_volume, provider.delete_vm):
        with pytest.raises(NotFound):
            look(unknown)


def test_what_was_accepted_but_cannot_be_seen_is_not_ready(
    world: World, provider: GcpProvider
) -> None:
    """An answer may come before the resource does."""
    world.server.project.switches.transition_describes = 3
    spec, owner = world.spec(), world.owner()
    for kind in ("instances", "disks"):
        world.fault(f"{kind}.get", "notFound", http_status=404)
    vm = provider.create_vm(spec, owner)
    assert (vm.state, vm.bills_compute, vm.name) == (VmState.PENDING, True, "web")
    world.fault("instances.get", "notFound", http_status=404)
    with pytest.raises(NotReady):
        provider.get_vm(vm.id)
    volume = VolumeSpec(name="v", region=REGION, size_gib=1)
    with pytest.raises(NotReady):
        provider.create_volume(volume, owner := world.owner())
    provider.delete_volume(provider.create_volume(volume, owner).id)
    provider.delete_vm(vm.id)


def test_a_custom_type_is_made_and_read(world: World, provider: GcpProvider) -> None:
    vm = provider.create_vm(world.spec(instance_type="n2-custom-4-8192"), world.owner())
    assert (vm.vcpus, vm.memory_mib) == (4, 8192)
    provider.delete_vm(vm.id)


@pytest.mark.parametrize("architecture", list(Architecture))
@pytest.mark.parametrize("alias", sorted(GCP_IMAGES))
def test_every_alias_is_the_newest_image_of_its_architecture(
    world: World, provider: GcpProvider, alias: str, architecture: Architecture
) -> None:
    found = provider.find_image(world.spec(image=alias, architecture=architecture))
    assert found.architecture == {"x86_64": "X86_64", "arm64": "ARM64"}[architecture.value]


def test_the_limiter_sees_each_request_before_it_leaves(
    world: World, provider: GcpProvider
) -> None:
    seen: list[str] = []
    provider.limiter = seen.append
    vm = provider.create_vm(world.spec(), world.owner())
    assert set(seen) == {"read", "write"}
    assert seen.count("write") == 1
    full = Throttled("The account's share is used up.", retry_after=3)

    def refuse(_family: str) -> None:
        raise full

    provider.limiter = refuse
    for attempt in (
        lambda: provider.get_vm(vm.id),
        lambda: provider.get_metrics(vm.id, [], datetime.now(UTC), datetime.now(UTC)),
    ):
        with pytest.raises(Throttled) as refused:
            attempt()
        assert refused.value is full
    provider.limiter = None
    provider.delete_vm(vm.id)


def test_pages_of_any_size_show_every_volume_once(world: World, provider: GcpProvider) -> None:
    tags = {"suite": "pages"}
    made = [
        provider.create_volume(
            VolumeSpec(name="v", region=REGION, zone=f"{REGION}-{zone}", size_gib=1, tags=tags),
            world.owner(),
        ).id
        for zone in "abcab"
    ]
    where = ResourceFilter(tags=tags)
    for limit in (1, 2, 3, 1000):
        seen, cursor = [], None
        while True:
            page = provider.list_volumes(where, PageRequest(limit=limit, cursor=cursor))
            assert len(page.items) <= limit
            seen += [one.id for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(seen) == sorted(made)
    with pytest.raises(InvalidSpec) as refused:
        provider.list_volumes(where, PageRequest(cursor="nonsense"))
    assert refused.value.field == "cursor"


def test_a_zone_that_does_not_answer_is_no_empty_zone(
    world: World, provider: GcpProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.server.project.switches, "unreachable", [f"{REGION}-b"])
    with pytest.raises(ProviderUnavailable):
        provider.list_vms(VmFilter(), FIRST_PAGE)


def test_a_tenant_that_is_no_label_is_found_and_no_other(
    world: World, provider: GcpProvider
) -> None:
    spec = VolumeSpec(name="whose", region=REGION, size_gib=1)
    tenants = ["Müller & Söhne", "ACME", "acme", "A" * 63]
    for tenant in tenants:
        provider.create_volume(spec, Ownership(tenant=tenant, operation="Op_" + "X" * 61))
    for tenant in tenants:
        (found,) = iterate(provider.list_volumes, ResourceFilter(tenant=tenant, name="whose"))
        assert (found.tenant, found.operation) == (tenant, "Op_" + "X" * 61)
        provider.delete_volume(found.id)


def test_a_filter_that_no_label_can_match_finds_nothing(provider: GcpProvider) -> None:
    for tags in ({"Team": "x"}, {"a": 'x" OR "y'}):
        assert provider.list_vms(VmFilter(tags=tags), FIRST_PAGE).items == []


def test_a_suspended_vm_resumes(world: World, provider: GcpProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    place = provider.locate(vm.id)
    provider.call("instances", "suspend_unary", zone=place.zone, instance=place.name)
    suspended = provider.get_vm(vm.id)
    assert (suspended.state, suspended.bills_compute) == (VmState.SUSPENDED, False)
    provider.start_vm(vm.id)
    assert provider.get_vm(vm.id).state is VmState.RUNNING
    provider.delete_vm(vm.id)


def test_figures_make_a_hyperdisk(world: World, provider: GcpProvider) -> None:
    spec = VolumeSpec(name="fast", region=REGION, size_gib=20, iops=5000, throughput_mibps=200)
    made = provider.create_volume(spec, world.owner())
    assert made.volume_class is VolumeClass.PERFORMANCE
    provider.delete_volume(made.id)


def test_the_quota_is_read_and_held(
    world: World, provider: GcpProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = provider.get_usage(REGION).vcpus
    monkeypatch.setattr(world.server.project.switches, "quotas", {"CPUS": float(used + 1)})
    assert provider.get_quota(REGION).vcpus == used + 1
    with pytest.raises(QuotaExceeded):
        provider.create_vm(world.spec(), world.owner())


def test_metrics_are_read_in_the_window_and_in_our_units(
    world: World, provider: GcpProvider
) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    number = provider.find_instance(vm.id).id
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(hours=1)
    middle = (start + timedelta(minutes=32)).timestamp()
    series = world.server.project.series
    cpu, sent = "cpu/utilization", "network/sent_bytes_count"
    series[f"{number} compute.googleapis.com/instance/{cpu}"] = [[middle, 0.25]]
    series[f"{number} compute.googleapis.com/instance/{sent}"] = [[middle, 10], [middle + 60, 20]]
    names = [MetricName.CPU_PERCENT, MetricName.NETWORK_OUT_BYTES]
    points = provider.get_metrics(vm.id, names, start, end)
    assert [(point.name, point.value) for point in points] == [
        (MetricName.CPU_PERCENT, 25.0),
        (MetricName.NETWORK_OUT_BYTES, 30.0),
    ]
    assert all(start <= point.at < end for point in points)
    with pytest.raises(NotFound):
        provider.get_metrics(f"{REGION}-a/nonsense", names, start, end)
    provider.delete_vm(vm.id)


def test_the_console_is_its_last_part(world: World, provider: GcpProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    place = provider.locate(vm.id)
    path = f"{world.server.project.root}/zones/{place.zone}/instances/{place.name}"
    world.server.project.console[path] = "x" * 100_000 + "login: "
    console = provider.console_output(vm.id)
    assert len(console) == 65536
    assert console.endswith("login: ")
    provider.delete_vm(vm.id)


def test_prices_are_the_catalogs_or_refused(world: World, provider: GcpProvider) -> None:
    found = provider.estimate_cost(world.spec())
    assert str(found.hourly) == "0.00837643"
    assert "Google" in found.source
