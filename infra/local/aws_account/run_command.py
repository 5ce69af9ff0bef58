"""Systems Manager's Run Command on one instance, strictly; what a guest answers is told by whoever
made the account: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.ec2.models import ec2_backends

from ..common.faults import Fault
from .wire import Call, json_response

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from .account import LocalAccount

Shell = Callable[[str, str], tuple[int, str, str]]
"""Instance and script -> exit code, standard output, standard errors."""
DOCUMENT = "AWS-RunShellScript"
# https://docs.aws.amazon.com/general/latest/gr/ssm.html: documents, maximum size
DOCUMENT_BYTES = 64 * 1024
OUTPUT_CHARS, ERROR_CHARS = 24_000, 8_000
_PARAMETERS = {"commands", "workingDirectory", "executionTimeout"}


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault("", code, http_status=400, message=message)


@dataclass
class Command:
    """``looks``: how often its invocation was read. ``ended``: what the guest said, once."""

    id: str
    region: str
    instance_id: str
    comment: str
    script: str
    sent: float
    delivery_seconds: int
    looks: int = 0
    ended: tuple[int, str, str] | None = None


def handle(account: LocalAccount, call: Call) -> Response | None:
    """The answer to one of our operations; None for another one. Raises Refused."""
    asked: dict[str, Any] = json.loads(call.body) if call.operation in _OPERATIONS else {}
    work = _OPERATIONS.get(call.operation)
    return None if work is None else json_response(work(account, call.region, asked))


def _send(account: LocalAccount, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("DocumentName") != DOCUMENT:
        raise Refused("InvalidDocument", f"Document {asked.get('DocumentName')} does not exist.")
    script = _script(asked.get("Parameters") or {})
    seconds = asked.get("TimeoutSeconds", 3600)
    if len(asked.get("Comment", "")) > 100 or not 30 <= seconds <= 2_592_000:
        raise Refused("ValidationException", "Comment or TimeoutSeconds is out of bounds.")
    ids = asked.get("InstanceIds") or []
    if len(ids) != 1:
        raise Refused("InvalidParameters", "This account takes one instance at a time.")
    _managed(account, region, ids[0])
    made = Command(
        id=str(uuid4()),
        region=region,
        instance_id=ids[0],
        comment=asked.get("Comment", ""),
        script=script,
        sent=account.clock.now(),
        delivery_seconds=seconds,
    )
    account.commands[made.id] = made
    return {"Command": _shown(account, made)}


def _script(parameters: dict[str, list[str]]) -> str:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript"""
    if unknown := parameters.keys() - _PARAMETERS:
        raise Refused("InvalidParameters", f"The document has no parameters {sorted(unknown)}.")
    if len(json.dumps(parameters)) > DOCUMENT_BYTES:
        raise Refused("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    seconds = parameters.get("executionTimeout", ["3600"])
    if not parameters.get("commands") or not 1 <= int(seconds[0]) <= 172_800:
        raise Refused("InvalidParameters", "commands or executionTimeout is not valid.")
    return "\n".join(parameters["commands"])


def _managed(account: LocalAccount, region: str, instance_id: str) -> None:
    """InvalidInstanceId, also where no agent ever registered."""
    alive = _state(account, region, instance_id) in ("pending", "running", "stopping", "stopped")
    if not alive or instance_id not in account.shells:
        message = f"Instances [[{instance_id}]] not in a valid state for account."
        raise Refused("InvalidInstanceId", message)


def _invocation(account: LocalAccount, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    command = account.commands.get(asked["CommandId"])
    if command is None or (command.region, command.instance_id) != (region, asked["InstanceId"]):
        raise Refused("InvocationDoesNotExist", "")
    command.looks += 1
    status, details = _status(account, command)
    code, out, err = command.ended or (-1, "", "")
    return {
        "CommandId": command.id,
        "InstanceId": command.instance_id,
        "Comment": command.comment,
        "DocumentName": DOCUMENT,
        "ResponseCode": code,
        "Status": status,
        "StatusDetails": details,
        "StandardOutputContent": out[:OUTPUT_CHARS],
        "StandardErrorContent": err[:ERROR_CHARS],
    }


def _status(account: LocalAccount, command: Command) -> tuple[str, str]:
    """Pending until it is fetched, in progress until the next look, then its end."""
    if command.ended is None:
        if _state(account, command.region, command.instance_id) != "running":
            late = account.clock.now() - command.sent > command.delivery_seconds
            return ("TimedOut", "Delivery Timed Out") if late else ("Delayed", "Delayed")
        if command.looks < 2:
            return "Pending", "Pending"
        if command.looks < 3:
            return "InProgress", "In Progress"
        shell = account.shells[command.instance_id]
        command.ended = shell(command.instance_id, command.script)
    told = "Failed" if command.ended[0] else "Success"
    return told, told


def _list(account: LocalAccount, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    unknown = {one["key"] for one in asked.get("Filters", [])} - {"DocumentName"}
    if unknown:
        raise Refused("InvalidFilterKey", f"Not kept here: {sorted(unknown)}")
    mine = [
        one
        for one in account.commands.values()
        if (one.region, one.instance_id) == (region, asked.get("InstanceId"))
    ]
    most, start = asked.get("MaxResults", 50), int(asked.get("NextToken") or 0)
    page: dict[str, Any] = {"Commands": [_shown(account, one) for one in mine[start:][:most]]}
    return page | ({"NextToken": str(start + most)} if len(mine) > start + most else {})


def _shown(account: LocalAccount, command: Command) -> dict[str, Any]:
    return {
        "CommandId": command.id,
        "DocumentName": DOCUMENT,
        "Comment": command.comment,
        "InstanceIds": [command.instance_id],
        "RequestedDateTime": command.sent,
        "Status": "Pending" if command.ended is None else _status(account, command)[0],
    }


def _instances(account: LocalAccount, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html"""
    wanted = [one for told in asked.get("Filters", []) for one in told["Values"]]
    found = [one for one in account.shells if one in wanted and _state(account, region, one)]
    return {
        "InstanceInformationList": [
            {
                "InstanceId": one,
                "PingStatus": (
                    "Online" if _state(account, region, one) == "running" else "ConnectionLost"
                ),
                "PlatformType": "Linux",
            }
            for one in found
        ]
    }


def _state(account: LocalAccount, region: str, instance_id: str) -> str | None:
    """None: there is no such instance."""
    backend = ec2_backends[account.account_id][region]
    found = backend.get_instance_by_id(instance_id)
    return None if found is None else str(found.state)


_OPERATIONS = {
    "SendCommand": _send,
    "GetCommandInvocation": _invocation,
    "ListCommands": _list,
    "DescribeInstanceInformation": _instances,
}
