"""A VM from imported disks, and nothing left behind, whatever fails."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.aws_account.guest import read_volume
from novacron.errors import Conflict, InvalidSpec, NoCapacity, NotFound, ProviderUnavailable
from novacron.models.image import BootMode, ImageSpec
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.transfer import Import
from novacron.models.volume import VolumeClass
from novacron.providers.aws.provider import AwsProvider
from tests.unit.providers_aws.conftest import REGION, World
from tests.unit.providers_aws.disks import A, B, assemble_spec, import_spec, imported


def _images(provider: AwsProvider, disk: Import) -> list[Any]:
    made_from: Any = [{"Name": "block-device-mapping.snapshot-id", "Values": [disk.id]}]
    return provider.ec2(REGION).describe_images(Owners=["self"], Filters=made_from)["Images"]


@pytest.fixture
def disks(world: World, provider: AwsProvider) -> list[Import]:
    fast = VolumeClass.PERFORMANCE
    return [
        imported(world, provider, {0: A}),
        imported(world, provider, {0: B}, index=1, size_bytes=4 * 1024**3, volume_class=fast),
    ]


def test_its_disks_are_what_was_imported_and_go_with_it(
    world: World, provider: AwsProvider, disks: list[Import]
) -> None:
    made = provider.assemble_vm(assemble_spec(boot_mode=BootMode.UEFI), disks, world.owner())
    assert _images(provider, disks[1])[0]["BootMode"] == "uefi"
    volumes = [provider.get_volume(one) for one in made.volume_ids]
    assert [one.volume_class for one in volumes] == [VolumeClass.BALANCED, VolumeClass.PERFORMANCE]
    assert {one.tenant for one in volumes} == {"acme"}
    account = world.server.account
    assert [read_volume(account, one.id, 0, 1) for one in volumes] == [b"a", b"b"]
    provider.delete_vm(made.id)
    for volume in volumes:
        with pytest.raises(NotFound):
            provider.get_volume(volume.id)


def test_the_vm_outlives_its_imports_and_is_found_without_them(
    world: World, provider: AwsProvider, disks: list[Import]
) -> None:
    owner = world.owner()
    made = provider.assemble_vm(assemble_spec(), disks, owner)
    for disk in disks:
        provider.delete_import(disk)
        assert not _images(provider, disk)
    assert provider.assemble_vm(assemble_spec(), disks, owner).id == made.id
    with pytest.raises(Conflict):
        provider.assemble_vm(assemble_spec(name="other"), disks, owner)
    provider.delete_vm(made.id)


@pytest.mark.parametrize("lost", ["RegisterImage", "RunInstances"])
def test_a_lost_answer_makes_nothing_twice(
    world: World, provider: AwsProvider, disks: list[Import], lost: str
) -> None:
    owner = world.owner()
    world.fault(lost, "InternalError", http_status=500, when="after")
    with pytest.raises(ProviderUnavailable):
        provider.assemble_vm(assemble_spec(), disks, owner)
    made = provider.assemble_vm(assemble_spec(), disks, owner)
    assert len(_images(provider, disks[0])) == 1
    provider.delete_vm(made.id)


def test_what_a_failed_launch_left_goes_with_the_imports(
    world: World, provider: AwsProvider, disks: list[Import]
) -> None:
    world.fault("RunInstances", "InsufficientInstanceCapacity")
    with pytest.raises(NoCapacity):
        provider.assemble_vm(assemble_spec(), disks, world.owner())
    assert len(_images(provider, disks[1])) == 1
    for disk in disks:
        provider.delete_import(disk)
        with pytest.raises(NotFound):
            provider.get_import(disk)
    assert not _images(provider, disks[1])


def test_another_image_of_the_snapshot_is_left_alone(
    world: World, provider: AwsProvider, disks: list[Import]
) -> None:
    spec = ImageSpec(name="golden-disk", region=REGION, snapshot_id=disks[0].id)
    image = provider.import_image(spec, world.owner())
    with pytest.raises(Conflict):
        provider.delete_import(disks[0])
    provider.delete_image(image.id)
    provider.delete_import(disks[0])


@pytest.mark.parametrize("public_ip", [None, False])
def test_it_gets_the_address_that_it_had(
    world: World, provider: AwsProvider, disks: list[Import], public_ip: bool | None
) -> None:
    subnets = [SubnetSpec(name="a", cidr="10.9.0.0/24")]
    spec = NetworkSpec(name="net", region=REGION, cidr="10.9.0.0/16", subnets=subnets)
    subnet_id = provider.create_network(spec, world.owner()).subnets[0].id
    wanted = assemble_spec(subnet_id=subnet_id, private_ip="10.9.0.77", public_ip=public_ip)
    made = provider.assemble_vm(wanted, disks, world.owner())
    assert made.private_ips == ["10.9.0.77"]
    provider.delete_vm(made.id)


def test_only_sealed_disks_of_its_region_and_so_many(
    world: World, provider: AwsProvider, disks: list[Import]
) -> None:
    unsealed = provider.begin_import(import_spec(), world.owner())
    with pytest.raises(Conflict, match="is open"):
        provider.assemble_vm(assemble_spec(), [unsealed], world.owner())
    with pytest.raises(InvalidSpec):
        provider.assemble_vm(assemble_spec(), disks * 7, world.owner())
    both = world.provider(regions="eu-west-1")
    with pytest.raises(InvalidSpec):
        both.assemble_vm(assemble_spec(region="eu-west-1"), disks, world.owner())
