"""What the API and the EC2 account each say of the same VMs."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import boto3
import httpx

from infra.local.stack.control_plane import client
from infra.local.stack.deploy import STACK
from infra.local.stack.stack import Stack

PATIENCE = 60
"""Seconds for which a request that found nobody is sent again, as any client would."""
HELD = ["pending", "running", "stopping", "stopped"]
GONE = ("deleted", "failed", "lost")
ENDED = ("succeeded", "failed")


class Witness:
    """``stack``'s first target is the EC2 account. AssertionError: an answer that is refused."""

    def __init__(self, stack: Stack) -> None:
        self._port = stack.port
        self._target = target = stack.targets[0]
        token = {"Authorization": f"Bearer {stack.token}"}
        self._api = httpx.Client(base_url=stack.url, headers=token, timeout=30)
        self._local = httpx.Client(base_url=target.settings["endpoint_url"], timeout=30)
        connect: Any = boto3.client  # its type is an overload for each service
        self._ec2 = connect(
            "ec2",
            endpoint_url=target.settings["endpoint_url"],
            region_name=target.region,
            aws_access_key_id=target.secret["access_key_id"],
            aws_secret_access_key=target.secret["secret_access_key"],
        )

    def account(self) -> str:
        """Registers the EC2 account; returns its id."""
        told = {"name": "kill", "type": self._target.type, "settings": self._target.settings}
        return str(self._post("accounts", {**told, "secret": self._target.secret}, "kill")["id"])

    def create(self, account: str, name: str) -> str:
        """Begins a VM; ``name`` is the Idempotency-Key as well. Returns the operation's id."""
        spec = {"name": name, "region": self._target.region, "image": self._target.image}
        return str(self._post("vms", {"account_id": account, "spec": spec}, name)["id"])

    def state(self, operation: str) -> str:
        """Of the operation; "forgotten" where there is none."""
        reply = self._ask("GET", f"operations/{operation}")
        return "forgotten" if reply.status_code == 404 else str(_read(reply)["state"])

    def recorded(self) -> set[str]:
        """The provider's ids of the VMs that the API shows as being there."""
        there = (vm for vm in self._vms() if vm["state"] not in GONE)
        return {str(vm["provider_id"]) for vm in there if vm["provider_id"]}

    def instances(self) -> dict[str, list[str]]:
        """Operation -> the instances with its tag that are there, or on their way."""
        where = [
            {"Name": "tag-key", "Values": ["novacron:operation"]},
            {"Name": "instance-state-name", "Values": HELD},
        ]
        found = defaultdict(list)
        for page in self._ec2.get_paginator("describe_instances").paginate(Filters=where):
            for one in (i for r in page["Reservations"] for i in r["Instances"]):
                tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
                found[tags["novacron:operation"]].append(str(one["InstanceId"]))
        return found

    def loose_volumes(self) -> list[str]:
        """Disks with our tag that belong to no instance."""
        where = [{"Name": "tag-key", "Values": ["novacron:operation"]}]
        pages = self._ec2.get_paginator("describe_volumes").paginate(Filters=where)
        volumes = [volume for page in pages for volume in page["Volumes"]]
        return [str(one["VolumeId"]) for one in volumes if not one["Attachments"]]

    def slow_down(self, seconds: float) -> None:
        """Instances take this long to start, so that there is a middle to be killed in."""
        told = self._local.post("/_local/settings", json={"transition_seconds": seconds})
        told.raise_for_status()

    def starting(self) -> int:
        """How many instances EC2 is starting now."""
        found = self._local.get("/_local/state").raise_for_status().json()["transitions"]
        return sum(one.startswith("i-") for one in found)

    def reconcile(self) -> dict[str, Any]:
        """One run, invoked as its schedule invokes it; returns its report."""
        found = client("cloudformation", self._port).describe_stack_resource(
            StackName=STACK, LogicalResourceId="SchedulesReconcile"
        )
        name = found["StackResourceDetail"]["PhysicalResourceId"]
        reply = client("lambda", self._port).invoke(FunctionName=name, Payload=b"{}")
        report = json.loads(reply["Payload"].read())
        if "FunctionError" in reply:
            raise AssertionError(f"the reconciler failed: {report}")
        return dict(report)

    def _vms(self) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            asked = {"cursor": cursor} if cursor else {}
            page = _read(self._ask("GET", "vms", params=asked))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        return _read(self._ask("POST", path, json=body, headers={"Idempotency-Key": key}))

    def _ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                reply = self._api.request(method, f"/{path}", **what)
                if reply.status_code < 500 or time.monotonic() > until:
                    return reply
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.2)


def _read(reply: httpx.Response) -> dict[str, Any]:
    if reply.is_error:
        raise AssertionError(f"{reply.request.url}: {reply.status_code} {reply.text}")
    return dict(reply.json())
