"""Schedules' functions, now and not when they are due."""

from __future__ import annotations

import json
import time

from infra.local.stack.control_plane import client
from infra.local.stack.services import StackError


def run_now(port: int, logical_id: str) -> None:
    """Raises StackError: it failed."""
    functions = client("lambda", port)
    pages = functions.get_paginator("list_functions").paginate()
    names = [one["FunctionName"] for page in pages for one in page["Functions"]]
    [name] = [name for name in names if logical_id in name]
    reply = functions.invoke(FunctionName=name, Payload=b"{}")
    told = json.loads(reply["Payload"].read())
    if reply.get("FunctionError"):
        raise StackError(f"{logical_id}: {told}")


def ended(port: int, machine: str, seconds: float) -> None:
    """Wait until no execution of the machine runs. Raises StackError: one failed, or takes longer
    than ``seconds``."""
    machines, until = client("stepfunctions", port), time.monotonic() + seconds
    while time.monotonic() < until:
        found = machines.list_executions(stateMachineArn=machine)["executions"]
        states = {one["status"] for one in found}
        if states == {"SUCCEEDED"}:
            return
        if states - {"SUCCEEDED", "RUNNING"}:
            raise StackError(f"executions of {machine} ended as {states}")
        time.sleep(1)
    raise StackError(f"an execution of {machine} takes longer than {seconds:.0f} s")
