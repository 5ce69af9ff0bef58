"""Virtual machines: EC2 instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from novacron.errors import Conflict
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.vm import Architecture, Vm, VmFilter, VmSize, VmSpec
from novacron.providers.aws.costs import type_of
from novacron.providers.aws.errors import code_of, translated
from novacron.providers.aws.image_query import find_image
from novacron.providers.aws.instances import Found, Instances
from novacron.providers.aws.launch import run_request
from novacron.providers.aws.ownership import filters, made_before, owner_filters
from novacron.providers.aws.paging import page_of
from novacron.providers.aws.states import native_states
from novacron.providers.base import Vms

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef

CONSOLE_BYTES = 64 * 1024


class AwsVms(Instances, Vms):
    @translated
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        ec2 = self.ec2(spec.region)
        image = find_image(ec2, lambda: self.client("ssm", spec.region), spec)
        request = run_request(spec, owner, self.launch_of(spec, image))
        try:
            (native,) = ec2.run_instances(**request)["Instances"]
        except ClientError as error:
            if code_of(error) != "IdempotentParameterMismatch":
                raise
            native = self._again(spec, owner, error)
        return self.to_vm(spec.region, native)

    def _again(self, spec: VmSpec, owner: Ownership, error: ClientError) -> InstanceTypeDef:
        """The same request may look different to EC2: an alias got a newer image since."""
        made = list(self.all_instances(spec.region, owner_filters(owner)))
        found = made_before(made, spec, owner)
        if found is None:
            raise error
        return found

    @translated
    def get_vm(self, vm_id: str) -> Vm:
        return self.to_vm(*self.find_instance(vm_id))

    @translated
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        states = native_states(where.states)
        if not states:
            return Page(items=[])
        conditions = [*filters(where), {"Name": "instance-state-name", "Values": states}]

        def fetch(region: str, size: int, token: str | None) -> tuple[list[Vm], str | None]:
            request: dict[str, Any] = {"Filters": conditions, "MaxResults": size}
            if token:
                request["NextToken"] = token
            answer = self.ec2(region).describe_instances(**request)
            found = [one for group in answer["Reservations"] for one in group["Instances"]]
            self.sizes(region, [one["InstanceType"] for one in found])
            return [self.to_vm(region, one) for one in found], answer.get("NextToken")

        return page_of(self.regions_of(where.region), page, fetch, lambda vm: vm.id)

    @translated
    def start_vm(self, vm_id: str) -> Vm:
        found = self.live_instance(vm_id)
        if found.state in ("pending", "running"):
            return self.to_vm(*found)
        ids = [found.native["InstanceId"]]
        answer = self.ec2(found.region).start_instances(InstanceIds=ids)
        return self._now(found, answer["StartingInstances"][0]["CurrentState"])

    @translated
    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        found = self.live_instance(vm_id)
        if found.state == "stopped" or (found.state == "stopping" and not force):
            return self.to_vm(*found)
        ids = [found.native["InstanceId"]]
        answer = self.ec2(found.region).stop_instances(InstanceIds=ids, Force=force)
        return self._now(found, answer["StoppingInstances"][0]["CurrentState"])

    @translated
    def restart_vm(self, vm_id: str) -> Vm:
        found = self.live_instance(vm_id)
        if found.state != "running":
            raise Conflict(f"VM {vm_id} is {found.state}; only a running VM restarts.")
        self.ec2(found.region).reboot_instances(InstanceIds=[found.native["InstanceId"]])
        return self.to_vm(*found)

    @translated
    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        found = self.live_instance(vm_id)
        if found.state != "stopped":
            raise Conflict(f"VM {vm_id} is {found.state}; stop it first.")
        wanted = size.instance_type or _type_for(found, size)
        self.ec2(found.region).modify_instance_attribute(
            InstanceId=found.native["InstanceId"], InstanceType={"Value": wanted}
        )
        return self.to_vm(*self.find_instance(vm_id))

    @translated
    def delete_vm(self, vm_id: str) -> None:
        found = self.live_instance(vm_id)
        self.ec2(found.region).terminate_instances(InstanceIds=[found.native["InstanceId"]])

    @translated
    def console_output(self, vm_id: str) -> str:
        region, native = self.locate(vm_id)
        answer = self.ec2(region).get_console_output(InstanceId=native)
        return answer.get("Output", "")[-CONSOLE_BYTES:]

    def _now(self, found: Found, state: Any) -> Vm:
        changed: Any = {**found.native, "State": state}
        return self.to_vm(found.region, changed)


def _type_for(found: Found, size: VmSize) -> str:
    """The type that a new VM of this size would get, on the same architecture."""
    native = found.native
    spec = VmSpec(
        name="resize",
        region=found.region,
        image=native["ImageId"],
        vcpus=size.vcpus,
        memory_mib=size.memory_mib,
        architecture=Architecture(native.get("Architecture", "x86_64")),
    )
    return type_of(spec)
