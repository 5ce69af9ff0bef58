"""Systems Manager's Run Command: https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html

SendCommand has no client token: a run is found again by its comment, among the commands of the
last 30 days that AWS keeps for the instance.
"""

from __future__ import annotations

from typing import Any

from novacron.errors import Conflict, NotReady
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.guest_commands import GUEST_SECONDS, GuestCommands, bounded

DOCUMENT = "AWS-RunShellScript"
DELIVERY_SECONDS = 600
"""How long the agent may take to fetch it."""
UNDER_WAY = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})
_REMEDY = (
    "Start the SSM agent in the guest, with an instance profile that has "
    "AmazonSSMManagedInstanceCore, or prepare the guest by hand."
)


class AwsGuests(AwsBase, GuestCommands):
    @translated
    def check_guest(self, vm_id: str) -> None:
        region, native = self.locate(vm_id)
        wanted = [{"Key": "InstanceIds", "Values": [native]}]
        answer = self.client("ssm", region).describe_instance_information(Filters=wanted)
        pings = [one["PingStatus"] for one in answer["InstanceInformationList"]]
        if "Online" not in pings:
            self.ec2(region).describe_instances(InstanceIds=[native])  # NotFound, if it is gone
            told = f"The SSM agent of {vm_id} is {pings[0] if pings else 'not registered'}."
            raise Conflict(told, remedy=_REMEDY)

    @translated
    def run_in_guest(self, vm_id: str, script: str, owner: Ownership) -> GuestResult:
        region, native = self.locate(vm_id)
        ssm = self.client("ssm", region)
        command_id = _begun(ssm, native, _comment(owner))
        if command_id is None:
            ssm.send_command(
                InstanceIds=[native],
                DocumentName=DOCUMENT,
                Comment=_comment(owner),
                TimeoutSeconds=DELIVERY_SECONDS,
                Parameters={"commands": [script], "executionTimeout": [str(GUEST_SECONDS)]},
            )
            raise NotReady(f"{vm_id} has been sent the script.")
        return _result(ssm.get_command_invocation(CommandId=command_id, InstanceId=native))

    def forget_guest_run(self, vm_id: str, owner: Ownership) -> None:
        """Nothing: AWS forgets by itself."""


def _comment(owner: Ownership) -> str:
    """At most 100 characters."""
    return f"novacron {owner.operation} {owner.tenant}"[:100]


def _begun(ssm: Any, instance_id: str, comment: str) -> str | None:
    """The id of the newest command with this comment."""
    where = [{"key": "DocumentName", "value": DOCUMENT}]
    pages = ssm.get_paginator("list_commands").paginate(InstanceId=instance_id, Filters=where)
    found = [one for page in pages for one in page["Commands"] if one.get("Comment") == comment]
    newest = max(found, key=lambda one: one["RequestedDateTime"], default=None)
    return None if newest is None else str(newest["CommandId"])


def _result(told: dict[str, Any]) -> GuestResult:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html"""
    if told["Status"] in UNDER_WAY:
        raise NotReady(f"The script is {told['StatusDetails']}.")
    code = told["ResponseCode"]
    if told["Status"] not in ("Success", "Failed") or code < 0:
        raise Conflict(f"The script was not carried out: {told['StatusDetails']}.", remedy=_REMEDY)
    return bounded(code, told.get("StandardOutputContent"), told.get("StandardErrorContent"))
