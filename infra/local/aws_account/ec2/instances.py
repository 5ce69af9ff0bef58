"""Instance states: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import OperationDisableApiStopNotPermitted, OperationNotPermitted4
from moto.ec2.models.instance_types import INSTANCE_TYPES

from .base import refuse
from .paging import Paging
from .transitions import STATE_CODES, set_state

_ALL = 10**9
# Changed only while stopped:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
_STOPPED_ONLY = ("InstanceType", "Kernel", "Ramdisk", "UserData", "EbsOptimized", "EnaSupport")


class Instances(Paging):
    def describe_instances(self) -> ActionResult:
        ids = self._get_param("InstanceIds", [])
        self.look("i-", ids)
        size, token = self.params.get("MaxResults"), self.params.pop("NextToken", None)
        self.params["MaxResults"] = _ALL
        result: Any = super().describe_instances().result
        self.params.pop("MaxResults")
        self.params |= {k: v for k, v in (("MaxResults", size), ("NextToken", token)) if v}
        # A page is of so many instances, whatever the reservations that they are in.
        found = result["Reservations"]
        page, token = self.page(found, bool(ids), weigh=lambda one: len(one.instances))
        return ActionResult({"Reservations": page, "NextToken": token})

    def describe_instance_status(self) -> ActionResult:
        self.look("i-", self._get_param("InstanceIds", []))
        return super().describe_instance_status()

    def start_instances(self) -> ActionResult:
        found = self._instances(("stopped", "running", "pending"), "started")
        changes = [self._move(i, "pending", "running", done=("running",)) for i in found]
        return ActionResult({"StartingInstances": changes})

    def stop_instances(self) -> ActionResult:
        found = self._instances(("running", "stopping", "stopped"), "stopped")
        for instance in found:
            if instance.disable_api_stop in (True, "true"):
                raise OperationDisableApiStopNotPermitted(instance.id)
        changes = [self._move(i, "stopping", "stopped", done=("stopped",)) for i in found]
        return ActionResult({"StoppingInstances": changes})

    def terminate_instances(self) -> ActionResult:
        found = self._instances(tuple(STATE_CODES), "terminated")
        for instance in found:
            if instance.disable_api_termination in (True, "true"):
                raise OperationNotPermitted4(instance.id)
        changes = [
            self._move(i, "shutting-down", "terminated", done=("terminated",)) for i in found
        ]
        return ActionResult({"TerminatingInstances": changes})

    def reboot_instances(self) -> ActionResult:
        for instance in self._found():
            if instance.state != "running":
                raise refuse("IncorrectState", f"Instance '{instance.id}' is not running")
        self.error_on_dryrun()
        return EmptyResult()

    def modify_instance_attribute(self) -> ActionResult:
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        changes = {*self.params, self._get_param("Attribute", "")[:1].upper()}
        if changes & set(_STOPPED_ONLY) and instance.state != "stopped":
            raise refuse(
                "IncorrectInstanceState",
                f"The instance '{instance.id}' is not in the 'stopped' state.",
            )
        kind = self._get_param("InstanceType.Value")
        if kind and kind not in INSTANCE_TYPES:
            raise refuse("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
        return super().modify_instance_attribute()

    def _found(self) -> list[Any]:
        ids: list[str] = self._get_param("InstanceIds", [])
        return list(self.ec2_backend.get_multi_instances_by_id(ids))

    def _instances(self, allowed: tuple[str, ...], verb: str) -> list[Any]:
        """All of them, or none: IncorrectInstanceState if one may not."""
        found = self._found()
        for instance in found:
            if instance.state not in allowed:
                raise refuse(
                    "IncorrectInstanceState",
                    f"The instance '{instance.id}' is not in a state from which it can be {verb}.",
                )
        self.error_on_dryrun()
        return found

    def _move(
        self, instance: Any, through: str, target: str, *, done: tuple[str, ...]
    ) -> dict[str, Any]:
        before = instance.state
        if before not in (through, *done):
            set_state(self.account, instance, through)
            self.begin(instance.id, target)
        now = through if before not in done else before
        return {
            "InstanceId": instance.id,
            "CurrentState": {"Code": STATE_CODES[now], "Name": now},
            "PreviousState": {"Code": STATE_CODES[before], "Name": before},
        }
