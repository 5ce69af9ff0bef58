"""AWS: the real SDK against the strict local account, through an assumed role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from infra.local.aws_account import start_in_thread
from infra.local.aws_account.account import LocalAccount
from infra.local.aws_account.guest import read_volume, write_volume
from novacron.models.commitment import CommitmentSpec
from novacron.models.guest import GuestResult
from novacron.providers.aws.provider import AwsProvider
from tests.contract.env import Env, SpotPoints, answer
from tests.loopback import Answer, serving

REASON_TO_SKIP: str | None = None
REGION = "us-east-1"
# Ubuntu 16.04 by Canonical, the newest x86_64 image with an 8 GiB root in moto's list.
IMAGE = "ami-785db401"
SECTOR = 512
TRANSITION = 5.0


class Advised(AwsProvider):
    """Asks a file of our own how often spot is interrupted; a variable of the environment would be
    that of every other test too."""

    advised_by = ""

    def advisor(self) -> str:
        return self.advised_by


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    server = start_in_thread(folder, transition_describes=0)
    account = server.account
    account.switches.transition_seconds = TRANSITION

    def settle() -> None:
        account.clock.advance(2 * TRANSITION)

    def write_block(volume_id: str, index: int, data: bytes) -> None:
        write_volume(account, volume_id, index * SECTOR, data)

    def read_block(volume_id: str, index: int) -> bytes | None:
        return read_volume(account, volume_id, index * SECTOR, SECTOR)

    def make_zone(domain: str) -> str:
        made = provider.client("route53", REGION).create_hosted_zone(
            Name=domain, CallerReference=domain
        )
        return str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/")

    def agent(vm_id: str, shell: Callable[[str], GuestResult]) -> None:
        account.shells[vm_id] = partial(answer, shell)

    settings = {
        "region": REGION,
        "endpoint_url": server.url,
        "role_arn": f"arn:aws:iam::{account.account_id}:role/novacron",
    }
    secret = {
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "secret_access_key": "example",
        "external_id": "contract",
    }
    provider = Advised.from_settings(settings, secret)
    try:
        with _advisor() as provider.advised_by:
            yield Env(
                name="aws",
                provider=provider,
                region=REGION,
                image=IMAGE,
                settle=settle,
                zone=f"{REGION}a",
                instance_type="t3.micro",
                other_type="t3.small",
                write_block=write_block,
                read_block=read_block,
                make_zone=make_zone,
                make_pool=partial(_make_pool, provider),
                agent=agent,
                make_address=partial(_make_address, provider),
                hold_address=partial(_hold_address, provider),
                make_reservation=partial(_make_reservation, provider),
                reserved_type="t3.large",
                commitment=CommitmentSpec(
                    region=REGION,
                    instance_type="t3.small",
                    count=2,
                    term="1y",
                    payment="no-upfront",
                ),
                tell_spot=partial(_tell_spot, account),
                spot_type="t3.large",
            )
    finally:
        server.stop()


@contextmanager
def _advisor() -> Iterator[str]:
    """The file of interruptions, which is no part of the account."""
    types = {REGION: {"Linux": {"t3.large": {"s": 60, "r": 1}}}}
    ranges = [{"index": 1, "label": "5-10%", "dots": 1, "max": 11}]
    told = json.dumps({"ranges": ranges, "spot_advisor": types}).encode()
    with serving(lambda _: Answer(200, told)) as url:
        yield url


def _tell_spot(account: LocalAccount, points: SpotPoints) -> None:
    account.spot_prices[REGION] = [
        {
            "InstanceType": "t3.large",
            "ProductDescription": system,
            "AvailabilityZone": f"{REGION}b",
            "SpotPrice": f"{price + dearer:.6f}",
            "Timestamp": at,
        }
        for system, dearer in (("Linux/UNIX", 0), ("Windows", 1))
        for at, price in points
    ]


def _make_pool(provider: AwsProvider, name: str) -> str:
    """Of an Application Load Balancer in the default VPC, on whose subnets VMs are put."""
    elb, ec2 = provider.client("elbv2", REGION), provider.ec2(REGION)
    subnets = ec2.describe_subnets()["Subnets"][:2]
    made = elb.create_load_balancer(Name=name, Subnets=[one["SubnetId"] for one in subnets])
    group = elb.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="instance"
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return str(group)


def _make_reservation(provider: AwsProvider) -> str:
    made = provider.ec2(REGION).create_capacity_reservation(
        InstanceType="t3.large",
        InstancePlatform="Linux/UNIX",
        AvailabilityZone=f"{REGION}a",
        InstanceCount=2,
    )
    return str(made["CapacityReservation"]["CapacityReservationId"])


def _make_address(provider: AwsProvider) -> str:
    return str(provider.ec2(REGION).allocate_address(Domain="vpc")["AllocationId"])


def _hold_address(provider: AwsProvider, address_id: str, held: bool) -> None:
    """In the account's default VPC, from which AWS would take it."""
    ec2 = provider.ec2(REGION)
    if held:
        subnet = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
        made = ec2.create_network_interface(SubnetId=subnet["Subnets"][0]["SubnetId"])
        interface = made["NetworkInterface"]["NetworkInterfaceId"]
        ec2.associate_address(AllocationId=address_id, NetworkInterfaceId=interface)
    else:
        [found] = ec2.describe_addresses(AllocationIds=[address_id])["Addresses"]
        ec2.disassociate_address(AssociationId=found["AssociationId"])
