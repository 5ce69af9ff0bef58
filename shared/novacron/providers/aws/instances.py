"""Looking at instances: EC2's description as our Vm, and the sizes behind type names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from novacron.errors import NotFound
from novacron.models.vm import Vm, VmSpec
from novacron.providers.aws.auth import AwsAccount
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.costs import type_of
from novacron.providers.aws.launch import Launch
from novacron.providers.aws.ownership import owned
from novacron.providers.aws.states import GONE, INSTANCE, meaning

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, ImageTypeDef, InstanceTypeDef


class Size(NamedTuple):
    vcpus: int
    memory_mib: int


class Found(NamedTuple):
    """An instance and where it is."""

    region: str
    native: InstanceTypeDef

    @property
    def state(self) -> str:
        return self.native["State"]["Name"]


class Instances(AwsBase):
    def __init__(self, account: AwsAccount) -> None:
        super().__init__(account)
        self._sizes: dict[str, Size] = {}

    def launch_of(self, spec: VmSpec, image: ImageTypeDef) -> Launch:
        """What ``spec`` names, as EC2's own. Raises InvalidSpec: an id is of another region."""
        return Launch(
            image=image,
            instance_type=type_of(spec),
            subnet_id=spec.subnet_id and self.here(spec.subnet_id, spec.region, "subnet_id"),
            group_ids=tuple(
                self.here(one, spec.region, f"firewall_ids.{n}")
                for n, one in enumerate(spec.firewall_ids)
            ),
            encrypt=self.account.encrypt,
        )

    def find_instance(self, vm_id: str) -> Found:
        """One that EC2 remembers, terminated or not. Raises NotFound."""
        region, native = self.locate(vm_id)
        answer = self.ec2(region).describe_instances(InstanceIds=[native])
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                return Found(region, instance)
        raise NotFound(f"There is no VM {vm_id!r}.")

    def live_instance(self, vm_id: str) -> Found:
        """One that can still be worked on. Raises NotFound for what is being deleted."""
        found = self.find_instance(vm_id)
        state, _ = meaning(INSTANCE, found.state)
        if state in GONE:
            raise NotFound(f"VM {vm_id!r} is {state.value}.")
        return found

    def all_instances(
        self, region: str, conditions: list[FilterTypeDef]
    ) -> Iterable[InstanceTypeDef]:
        pages = self.ec2(region).get_paginator("describe_instances")
        for page in pages.paginate(Filters=conditions):
            for reservation in page["Reservations"]:
                yield from reservation["Instances"]

    def sizes(self, region: str, names: Iterable[str]) -> dict[str, Size]:
        """vCPUs and memory of instance types; each is asked for once, 100 in a call."""
        unknown = sorted({name for name in names if name not in self._sizes})
        for start in range(0, len(unknown), 100):
            answer = self.ec2(region).describe_instance_types(
                InstanceTypes=unknown[start : start + 100]  # type: ignore[arg-type]
            )
            for kind in answer["InstanceTypes"]:
                self._sizes[kind["InstanceType"]] = Size(
                    kind["VCpuInfo"]["DefaultVCpus"], kind["MemoryInfo"]["SizeInMiB"]
                )
        return self._sizes

    def to_vm(self, region: str, native: InstanceTypeDef) -> Vm:
        owner = owned(native.get("Tags", []))
        state, bills = meaning(INSTANCE, native["State"]["Name"])
        kind = native["InstanceType"]
        size = self.sizes(region, [kind]).get(kind)
        cpu = native.get("CpuOptions", {})
        cores, threads = cpu.get("CoreCount"), cpu.get("ThreadsPerCore")
        return Vm(
            id=self.public_id(region, native["InstanceId"]),
            name=owner.name,
            state=state,
            region=region,
            zone=native.get("Placement", {}).get("AvailabilityZone"),
            instance_type=kind,
            vcpus=cores * threads if cores and threads else size and size.vcpus,
            memory_mib=size and size.memory_mib,
            image_id=self.public_id(region, native["ImageId"]),
            private_ips=_addresses(native),
            public_ips=[ip] if (ip := native.get("PublicIpAddress")) else [],
            volume_ids=[self.public_id(region, one) for one in volumes_of(native)],
            created_at=native.get("LaunchTime"),
            spot=native.get("InstanceLifecycle") == "spot",
            bills_compute=bills,
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )


def _addresses(native: InstanceTypeDef) -> list[str]:
    """IPv4 and IPv6 of all interfaces, the first interface's first."""
    found: list[str] = []
    for nic in native.get("NetworkInterfaces", []):
        found += [ip["PrivateIpAddress"] for ip in nic.get("PrivateIpAddresses", [])]
        found += [ip["Ipv6Address"] for ip in nic.get("Ipv6Addresses", [])]
    if not found and "PrivateIpAddress" in native:
        found = [native["PrivateIpAddress"]]
    return found


def volumes_of(native: InstanceTypeDef) -> list[str]:
    """The ids of its volumes, the root's first."""
    mappings = [one for one in native.get("BlockDeviceMappings", []) if "Ebs" in one]
    root = native.get("RootDeviceName")
    ordered = sorted(mappings, key=lambda one: one.get("DeviceName") != root)
    return [one["Ebs"]["VolumeId"] for one in ordered]
