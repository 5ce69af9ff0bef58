"""Regions, rate limits, quota, metrics, images: what the shared contract does not ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from novacron.errors import Conflict, InvalidSpec, NotFound, QuotaExceeded, Throttled
from novacron.mapping.images import ALIASES, ImageQuery
from novacron.models.account import MetricName
from novacron.models.vm import Architecture, VmFilter, VmState
from novacron.models.volume import VolumeClass, VolumeSpec
from novacron.providers.aws.image_query import find_image
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.aws.quota import is_standard
from novacron.providers.base import FIRST_PAGE, iterate
from tests.unit.providers_aws.conftest import KEYS, REGION, SECOND, World


def _native(world: World, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=world.server.url,
        region_name=REGION,
        aws_access_key_id=KEYS["access_key_id"],
        aws_secret_access_key=KEYS["secret_access_key"],
    )


def test_ids_of_other_regions_say_so_and_lists_walk_all(world: World) -> None:
    provider = world.provider(regions=SECOND)
    owners = [world.owner(), world.owner()]
    tags = {"suite": "regions"}
    home = provider.create_vm(world.spec(tags=tags), owners[0])
    away = provider.create_vm(world.spec(tags=tags, region=SECOND), owners[1])
    assert away.id.startswith(f"{SECOND}/i-")
    assert provider.get_vm(away.id).region == SECOND
    walked = iterate(provider.list_vms, VmFilter(tags=tags))
    assert {vm.id for vm in walked} == {home.id, away.id}
    only = iterate(provider.list_vms, VmFilter(tags=tags, region=SECOND))
    assert [vm.id for vm in only] == [away.id]
    provider.delete_vm(away.id)


def test_a_region_that_is_not_ours_is_refused(world: World, provider: AwsProvider) -> None:
    with pytest.raises(InvalidSpec) as refused:
        provider.create_vm(world.spec(region="ap-south-1"), world.owner())
    assert refused.value.field == "region"
    with pytest.raises(NotFound):
        provider.get_vm("ap-south-1/i-0123456789abcdef0")


def test_the_limiter_sees_each_request_before_it_leaves(
    world: World, provider: AwsProvider
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
    with pytest.raises(Throttled) as refused:
        provider.get_vm(vm.id)
    assert refused.value is full


def test_a_terminated_vm_is_remembered_but_not_listed(world: World, provider: AwsProvider) -> None:
    owner = world.owner()
    vm = provider.create_vm(world.spec(), owner)
    provider.delete_vm(vm.id)
    assert provider.get_vm(vm.id).state is VmState.DELETED
    where = VmFilter(operation=owner.operation)
    assert not list(iterate(provider.list_vms, where))
    deleted = where.model_copy(update={"states": [VmState.DELETED]})
    assert [one.id for one in iterate(provider.list_vms, deleted)] == [vm.id]
    assert provider.list_vms(VmFilter(states=[VmState.ERROR]), FIRST_PAGE).items == []
    for gone in (provider.delete_vm, provider.start_vm, provider.stop_vm, provider.restart_vm):
        with pytest.raises(NotFound):
            gone(vm.id)


def test_a_newer_image_behind_an_alias_does_not_break_a_repeat(
    world: World, provider: AwsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, owner = world.spec(), world.owner()
    made = provider.create_vm(spec, owner)
    newer = provider.ec2(REGION).describe_images(
        Filters=[{"Name": "name", "Values": ["debian-12-amd64-*"]}]
    )["Images"][0]
    monkeypatch.setattr("novacron.providers.aws.compute.find_image", lambda *_: newer)
    assert provider.create_vm(spec, owner).id == made.id
    with pytest.raises(Conflict):
        provider.create_vm(spec.model_copy(update={"name": "other"}), owner)


@pytest.mark.parametrize("architecture", list(Architecture))
@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_every_alias_is_the_newest_image_of_its_architecture(
    world: World, provider: AwsProvider, alias: str, architecture: Architecture
) -> None:
    spec = world.spec(image=alias, architecture=architecture)
    found = find_image(provider.ec2(REGION), lambda: pytest.fail("no need for SSM"), spec)
    assert found["Architecture"] == architecture.value
    assert found["State"] == "available"


def test_an_alias_may_be_a_public_parameter(
    world: World, provider: AwsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    told = ImageQuery(ssm_parameter=name)
    monkeypatch.setattr("novacron.providers.aws.image_query.resolve", lambda *_: told)
    vm = provider.create_vm(world.spec(), world.owner())
    value = _native(world, "ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert vm.image_id == value


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"image": "ami-0123456789abcdef0"}, "image"),
        ({"subnet_id": "subnet-0123456789abcdef0"}, "subnet_id"),
        ({"subnet_id": "nonsense"}, "subnet_id"),
        ({"firewall_ids": ["sg-0123456789abcdef0"]}, "firewall_ids"),
        ({"root_disk_gib": 1}, "root_disk_gib"),
    ],
)
def test_a_faulty_request_names_its_field(
    world: World, provider: AwsProvider, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidSpec) as refused:
        provider.create_vm(world.spec(**changes), world.owner())
    assert refused.value.field == field


def test_the_vcpu_quota_is_read_and_held(
    world: World, provider: AwsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.create_vm(world.spec(), world.owner())
    used = provider.get_usage(REGION).vcpus
    monkeypatch.setattr(world.server.account.switches, "standard_vcpus", used + 1)
    assert provider.get_quota(REGION).vcpus == used + 1
    with pytest.raises(QuotaExceeded):
        provider.create_vm(world.spec(), world.owner())


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("t3.micro", True),
        ("m5.large", True),
        ("im4gn.large", True),
        ("g5.xlarge", False),
        ("p4d.24xlarge", False),
        ("inf2.xlarge", False),
        ("u-6tb1.metal", False),
        ("hpc7g.4xlarge", False),
        ("trn1.2xlarge", False),
        ("dl1.24xlarge", False),
    ],
)
def test_which_types_the_standard_quota_counts(name: str, counted: bool) -> None:
    assert is_standard(name) is counted


def test_metrics_are_read_in_the_window(world: World, provider: AwsProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(hours=1)
    times = [start, start + timedelta(minutes=30), end]
    _native(world, "cloudwatch").put_metric_data(
        Namespace="AWS/EC2",
        MetricData=[
            {
                "MetricName": "CPUUtilization",
                "Dimensions": [{"Name": "InstanceId", "Value": vm.id}],
                "Timestamp": at,
                "Value": float(n),
            }
            for n, at in enumerate(times)
        ],
    )
    names = [MetricName.CPU_PERCENT, MetricName.MEMORY_PERCENT]
    points = provider.get_metrics(vm.id, names, start, end)
    assert [(point.name, point.at, point.value) for point in points] == [
        (MetricName.CPU_PERCENT, at, float(n)) for n, at in enumerate(times[:2])
    ]
    with pytest.raises(NotFound):
        provider.get_metrics("i-0123456789abcdef0", names, start, end)


def test_a_restored_volume_keeps_its_encryption_unless_all_is_encrypted(world: World) -> None:
    spec = VolumeSpec(name="v", region=REGION, size_gib=4, volume_class=VolumeClass.BALANCED)
    found = {}
    for encrypt in ("true", "false", None):
        provider = world.provider(**({"encrypt": encrypt} if encrypt else {}))
        volume = provider.create_volume(spec, world.owner())
        native = _native(world, "ec2").describe_volumes(VolumeIds=[volume.id])["Volumes"][0]
        found[encrypt] = native["Encrypted"]
    assert found == {"true": True, "false": False, None: True}
