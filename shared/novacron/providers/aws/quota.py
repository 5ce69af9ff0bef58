"""Limits of a region and what counts against them."""

from __future__ import annotations

from novacron.models.account import Quota, Usage
from novacron.providers.aws.errors import translated
from novacron.providers.aws.instances import Instances

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
# "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", in vCPUs
STANDARD_VCPUS = ("ec2", "L-1216C47A")
STANDARD_FAMILIES = frozenset("acdhimrtz")
# "Storage for General Purpose SSD (gp3) volumes, in TiB":
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
GP3_TIB = ("ebs", "L-7A658B76")
GIB_PER_TIB = 1024


class AwsQuota(Instances):
    @translated
    def get_quota(self, region: str) -> Quota:
        """vCPUs of on-demand standard types, GiB of gp3. AWS limits neither VMs nor memory."""
        return Quota(
            region=region,
            vcpus=int(self._value(region, *STANDARD_VCPUS)),
            storage_gib=int(self._value(region, *GP3_TIB) * GIB_PER_TIB),
        )

    @translated
    def get_usage(self, region: str) -> Usage:
        """``vms`` and ``memory_mib`` of all that are not terminated; ``vcpus`` and
        ``storage_gib`` of what the two quotas count: started on-demand standard types, gp3."""
        states = ["pending", "running", "stopping", "stopped"]
        found = list(
            self.all_instances(region, [{"Name": "instance-state-name", "Values": states}])
        )
        sizes = self.sizes(region, {one["InstanceType"] for one in found})
        counted = [
            one["InstanceType"]
            for one in found
            if one["State"]["Name"] in ("pending", "running")
            and one.get("InstanceLifecycle") != "spot"
            and is_standard(one["InstanceType"])
        ]
        return Usage(
            region=region,
            vms=len(found),
            vcpus=sum(sizes[kind].vcpus for kind in counted),
            memory_mib=sum(sizes[one["InstanceType"]].memory_mib for one in found),
            storage_gib=self._gp3_gib(region),
        )

    def _value(self, region: str, service: str, code: str) -> float:
        quotas = self.client("service-quotas", region)
        answer = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)
        return float(answer["Quota"]["Value"])

    def _gp3_gib(self, region: str) -> int:
        pages = self.ec2(region).get_paginator("describe_volumes")
        only = pages.paginate(Filters=[{"Name": "volume-type", "Values": ["gp3"]}])
        return sum(volume["Size"] for page in only for volume in page["Volumes"])


def is_standard(instance_type: str) -> bool:
    """Whether the standard quota counts it: "t3.micro" yes; "g5.xlarge", "inf2.large" no."""
    family = instance_type.partition(".")[0]
    letters = family[: next((n for n, c in enumerate(family) if c.isdigit()), len(family))]
    return len(letters) <= 2 and letters[:1] in STANDARD_FAMILIES and letters not in ("dl", "hpc")
