"""Refusals, rate limits, quota, metrics, the console: what the shared contract does not ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from novacron.errors import (
    Conflict,
    InvalidSpec,
    NotFound,
    NovaCronError,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
    Unsupported,
)
from novacron.mapping.images import AZURE_IMAGES
from novacron.models.account import MetricName
from novacron.models.image import BootMode, ImageSpec
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.vm import Architecture, VmSize, VmState
from novacron.models.volume import SnapshotSpec, VolumeClass, VolumeSpec
from novacron.providers.azure.attachments import free_lun
from novacron.providers.azure.image_reference import image_id, image_reference
from novacron.providers.azure.provider import AzureProvider
from tests.unit.providers_azure.conftest import REGION, World

GALLERY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/y"


def test_the_limiter_sees_each_request_before_it_leaves(
    world: World, provider: AzureProvider
) -> None:
    seen: list[str] = []
    provider.limiter = seen.append
    vm = provider.create_vm(world.spec(), world.owner())
    assert seen == ["read", "write", "read", "read"]
    full = Throttled("The account's share is used up.", retry_after=3)

    def refuse(_family: str) -> None:
        raise full

    provider.limiter = refuse
    with pytest.raises(Throttled) as refused:
        provider.get_vm(vm.id)
    assert refused.value is full
    provider.limiter = None
    provider.delete_vm(vm.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"region": "northeurope"}, "region"),
        ({"image": "Debian:debian-12:none:latest"}, "image"),
        ({"image": "no-such-image"}, "image"),
        ({"image": "/etc/passwd"}, "image"),
        ({"image": "amazon-linux-2023"}, "image"),
        ({"instance_type": "Standard_Nothing"}, "instance_type"),
        ({"subnet_id": "nowhere/a"}, "subnet_id"),
        ({"subnet_id": "a"}, "subnet_id"),
        ({"firewall_ids": ["nowhere"]}, "firewall_ids"),
        ({"firewall_ids": ["a", "b"]}, "firewall_ids.1"),
        ({"zone": "9"}, "zone"),
        ({"root_disk_gib": 1}, "root_disk_gib"),
        ({"tags": {"a/b": "c"}}, "tags.a/b"),
    ],
)
def test_what_azure_cannot_make_is_refused_by_its_field(
    world: World, provider: AzureProvider, changes: dict[str, object], field: str
) -> None:
    before = world.kinds()
    with pytest.raises(InvalidSpec) as refused:
        provider.create_vm(world.spec(**changes), world.owner())
    assert refused.value.field == field
    assert world.kinds() == before


def test_a_vm_without_a_subnet_is_told_what_to_do(world: World) -> None:
    with pytest.raises(InvalidSpec, match="subnet") as refused:
        world.provider(default_subnet="").create_vm(world.spec(), world.owner())
    assert "default_subnet" in str(refused.value.remedy)


@pytest.mark.parametrize("architecture", list(Architecture))
@pytest.mark.parametrize("alias", sorted(AZURE_IMAGES))
def test_every_alias_starts_on_its_architecture(
    world: World, provider: AzureProvider, alias: str, architecture: Architecture
) -> None:
    kinds = {Architecture.X86_64: "Standard_D2s_v5", Architecture.ARM64: "Standard_D2ps_v5"}
    spec = world.spec(
        image=alias, architecture=architecture, instance_type=kinds[architecture], public_ip=True
    )
    vm = provider.get_vm(provider.create_vm(spec, world.owner()).id)
    assert (vm.state, vm.image_id) == (VmState.RUNNING, AZURE_IMAGES[alias][architecture])
    assert (vm.vcpus, vm.memory_mib) == (2, 8192)
    assert len(vm.private_ips) == len(vm.public_ips) == 1
    provider.delete_vm(vm.id)


@pytest.mark.parametrize(
    ("image", "reference"),
    [
        ("a:b:c:1", {"publisher": "a", "offer": "b", "sku": "c", "version": "1"}),
        (GALLERY, {"id": GALLERY}),
        ("/SharedGalleries/x", {"sharedGalleryImageId": "/SharedGalleries/x"}),
        ("/CommunityGalleries/x", {"communityGalleryImageId": "/CommunityGalleries/x"}),
    ],
)
def test_images_by_any_name(
    world: World, provider: AzureProvider, image: str, reference: dict[str, str]
) -> None:
    assert image_reference(provider, world.spec(image=image)) == reference
    assert image_id(reference) == image


def test_an_image_of_our_own_starts_a_vm(world: World, provider: AzureProvider) -> None:
    volume = provider.create_volume(
        VolumeSpec(name="root", region=REGION, size_gib=4), world.owner()
    )
    snapshot = provider.create_snapshot(
        SnapshotSpec(name="root", volume_id=volume.id), world.owner()
    )
    spec = ImageSpec(name="golden", region=REGION, snapshot_id=snapshot.id, boot_mode=BootMode.UEFI)
    image = provider.import_image(spec, world.owner())
    assert provider.get_image(image.id).boot_mode is BootMode.UEFI
    vm = provider.create_vm(world.spec(image=image.id), world.owner())
    assert vm.state is VmState.RUNNING
    provider.delete_vm(vm.id)
    arm = spec.model_copy(update={"architecture": Architecture.ARM64})
    with pytest.raises(Unsupported):
        provider.import_image(arm, world.owner())


def test_a_vm_shut_down_from_inside_bills_until_it_is_stopped(
    world: World, provider: AzureProvider
) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    provider.compute.virtual_machines.begin_power_off(
        provider.account.resource_group, vm.id, polling=False
    )
    off = provider.get_vm(vm.id)
    assert (off.state, off.bills_compute) == (VmState.STOPPED, True)
    with pytest.raises(Conflict):
        provider.resize_vm(vm.id, VmSize(vcpus=2, memory_mib=8192))
    assert not provider.stop_vm(vm.id).bills_compute
    bigger = provider.resize_vm(vm.id, VmSize(vcpus=2, memory_mib=8192))
    assert bigger.instance_type == "Standard_B2as_v2"  # the cheapest that fits
    provider.delete_vm(vm.id)


def test_a_fast_disk_is_where_its_vm_is(world: World, provider: AzureProvider) -> None:
    spec = VolumeSpec(
        name="fast",
        region=REGION,
        size_gib=100,
        volume_class=VolumeClass.PERFORMANCE,
        iops=5000,
    )
    fast = provider.create_volume(spec, world.owner())
    assert (fast.zone, fast.volume_class) == ("1", VolumeClass.PERFORMANCE)
    vm = provider.create_vm(world.spec(), world.owner())
    with pytest.raises(InvalidSpec, match="zone"):
        provider.attach_volume(fast.id, vm.id)
    near = provider.create_vm(world.spec(zone="1", instance_type="Standard_D2s_v5"), world.owner())
    assert provider.attach_volume(fast.id, near.id).attached_to == near.id
    with pytest.raises(Conflict):
        provider.attach_volume(fast.id, vm.id)
    for one in (vm, near):
        provider.delete_vm(one.id)


def test_two_attachments_keep_each_other(world: World, provider: AzureProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    volumes = [
        provider.create_volume(VolumeSpec(name="v", region=REGION, size_gib=1), world.owner())
        for _ in range(2)
    ]
    for volume in volumes:
        provider.attach_volume(volume.id, vm.id)
    assert provider.get_vm(vm.id).volume_ids[1:] == [volume.id for volume in volumes]
    provider.detach_volume(volumes[0].id)
    assert provider.get_vm(vm.id).volume_ids[1:] == [volumes[1].id]
    with pytest.raises(Conflict, match="boots"):
        provider.detach_volume(provider.get_vm(vm.id).volume_ids[0])
    provider.delete_vm(vm.id)
    full = [{"lun": lun} for lun in range(64)]
    machine = {"name": "x", "properties": {"storageProfile": {"dataDisks": full}}}
    with pytest.raises(QuotaExceeded):
        free_lun(machine)


def test_a_network_in_use_stays(world: World, provider: AzureProvider) -> None:
    spec = NetworkSpec(
        name="net",
        region=REGION,
        cidr="10.8.0.0/16",
        subnets=[SubnetSpec(name="a", cidr="10.8.0.0/24")],
    )
    network = provider.create_network(spec, world.owner())
    assert network.firewall_id is not None
    placed = world.spec(subnet_id=network.subnets[0].id, firewall_ids=[network.firewall_id])
    vm = provider.create_vm(placed, world.owner())
    with pytest.raises(Conflict):
        provider.delete_network(network.id)
    provider.delete_vm(vm.id)
    provider.delete_network(network.id)
    zoned = spec.model_copy(update={"subnets": [SubnetSpec(name="a", cidr=spec.cidr, zone="1")]})
    with pytest.raises(Unsupported) as refused:
        provider.create_network(zoned, world.owner())
    assert refused.value.field == "subnets.0.zone"


def test_the_console_is_its_end(world: World, provider: AzureProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    resource = provider.arm_id("Microsoft.Compute", "virtualMachines", vm.id).lower()
    world.server.account.console[resource] = "x" * 70_000 + "login:"
    text = provider.console_output(vm.id)
    assert (len(text), text[-6:]) == (65536, "login:")
    provider.delete_vm(vm.id)


def test_a_console_that_cannot_be_read_keeps_its_address_to_itself(
    world: World, provider: AzureProvider
) -> None:
    with pytest.raises(ProviderUnavailable) as told:
        provider._tail(f"{world.server.url}/blobs/s3cr3t?sig=s3cr3t")
    assert "s3cr3t" not in str(told.value)
    with pytest.raises(ProviderUnavailable) as told:
        provider._tail("https://127.0.0.1:9/blobs/s3cr3t")
    assert "s3cr3t" not in str(told.value)
    assert told.value.__suppress_context__


def test_metrics_are_ours(world: World, provider: AzureProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    resource = provider.arm_id("Microsoft.Compute", "virtualMachines", vm.id).lower()
    told = {"Percentage CPU": 12.5, "Available Memory Percentage": 75.0}
    world.server.account.metrics[resource] = told
    end = datetime.now(UTC)
    points = provider.get_metrics(vm.id, list(MetricName), end - timedelta(hours=1), end)
    found = {point.name: point.value for point in points}
    assert found == {MetricName.CPU_PERCENT: 12.5, MetricName.MEMORY_PERCENT: 25.0}
    assert provider.get_metrics(vm.id, [], end, end) == []
    provider.delete_vm(vm.id)
    with pytest.raises(NotFound):
        provider.get_metrics(vm.id, list(MetricName), end - timedelta(hours=1), end)


def test_quota_and_usage(world: World, provider: AzureProvider) -> None:
    world.server.account.switches.quotas = {"cores": 42}
    assert provider.get_quota(REGION).vcpus == 42
    before = provider.get_usage(REGION)
    vm = provider.create_vm(world.spec(), world.owner())
    after = provider.get_usage(REGION)
    assert (after.vcpus - before.vcpus, after.memory_mib - before.memory_mib) == (2, 4096)
    assert after.storage_gib - before.storage_gib == 30
    provider.delete_vm(vm.id)
    with pytest.raises(InvalidSpec):
        provider.get_quota("northeurope")


@pytest.mark.parametrize(
    ("changes", "hourly"),
    [({}, "0.048"), ({"instance_type": None, "vcpus": 4, "memory_mib": 8192}, "0.153")],
)
def test_prices(
    world: World, provider: AzureProvider, changes: dict[str, object], hourly: str
) -> None:
    assert str(provider.estimate_cost(world.spec(**changes)).hourly) == hourly


@pytest.mark.parametrize("changes", [{"spot": True}, {"instance_type": "Standard_X9"}])
def test_a_price_that_is_not_known_is_not_zero(
    world: World, provider: AzureProvider, changes: dict[str, object]
) -> None:
    with pytest.raises(Unsupported):
        provider.estimate_cost(world.spec(**changes))


def test_a_slow_answer_is_an_outage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novacron.providers.azure.auth.READ_SECONDS", 0.2)
    provider = world.provider()
    provider.authenticate()
    world.fault("Disks_Get", "slow", kind="slow", seconds=0.6)
    with pytest.raises(NovaCronError) as told:
        provider.get_volume("nc-1")
    assert type(told.value) is ProviderUnavailable
